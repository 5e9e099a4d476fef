"""The proof of a local service: only who knows its key can answer, and only for its own address, once."""

import secrets

import pytest

from chat_tui.protocol.proof import CHALLENGE, PROOF, Challenge, Impostor, Prover

HERE = ("127.0.0.1", 4711)


@pytest.fixture
def prover() -> Prover:
    return Prover(secrets.token_hex(16), secrets.token_hex(32))


def answer(prover: Prover, challenge: Challenge, address: tuple[object, ...] = HERE) -> str:
    return prover.headers([challenge.headers[CHALLENGE]], address)[PROOF]


def test_the_service_of_the_directory_proves_itself(prover: Prover) -> None:
    """To a header of any request, and to a request of its own."""
    challenge = prover.challenge()
    challenge.check([answer(prover, challenge)], HERE)
    head = f"HTTP/1.1 200 OK\r\nserver: x\r\n{PROOF.lower()}:  {answer(prover, challenge)} \r\n\r\n"
    challenge.check_head(head.encode(), HERE)
    assert challenge.headers[CHALLENGE] in challenge.request.decode()


def test_one_address_has_several_forms(prover: Prover) -> None:
    """As the two ends of a connection see it."""
    for one, other in (
        (("127.0.0.1", 1), ("::ffff:127.0.0.1", 1, 0, 0)),
        (("::1", 1, 0, 0), ("0:0:0:0:0:0:0:1", 1)),
        (("fe80::1%eth0", 1, 0, 2), ("fe80::1", 1)),
    ):
        challenge = prover.challenge()
        challenge.check([answer(prover, challenge, one)], other)


def test_every_other_answer_is_an_impostors(prover: Prover) -> None:
    """Another's key, another run's, another question's, another address', an echo, several, none."""
    challenge = prover.challenge()
    right = answer(prover, challenge)
    wrong = [
        answer(Prover(prover.instance, secrets.token_hex(32)), challenge),
        answer(Prover(secrets.token_hex(16), prover.key), challenge),
        answer(prover, prover.challenge()),
        answer(prover, challenge, ("127.0.0.1", 4712)),
        answer(prover, challenge, ("127.0.0.2", 4711)),
        answer(prover, challenge, ("::1", 4711)),
        *(challenge.headers[CHALLENGE], "", right[:-1], right + "0", right.upper() + "é", "\ud800"),
    ]
    for proofs in [[proof] for proof in wrong] + [[], [right, right], [wrong[0], right]]:
        with pytest.raises(Impostor):
            challenge.check(proofs, HERE)
        head = "".join(f"{PROOF}: {proof}\r\n" for proof in proofs).encode(errors="replace")
        with pytest.raises(Impostor):
            challenge.check_head(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n", HERE)


@pytest.mark.parametrize("change", [lambda head: head[:-1], lambda head: head + b"more", lambda head: head[:-2], bytes])
def test_a_head_that_is_not_whole_proves_nothing(prover: Prover, change: object) -> None:
    """Nor one with something after it, which the next answer would be read from."""
    challenge = prover.challenge()
    head = f"HTTP/1.1 200 OK\r\n{PROOF}: {answer(prover, challenge)}\r\n\r\n".encode()
    with pytest.raises(Impostor):
        challenge.check_head(b"" if change is bytes else change(head), HERE)  # type: ignore[operator]


@pytest.mark.parametrize("nonces", [[], [""], ["00"], ["0" * 63], ["0" * 65], ["G" * 64], ["0" * 64] * 2, ["٠" * 64]])
def test_only_a_question_is_answered(prover: Prover, nonces: list[str]) -> None:
    """Of one form, so that nothing else can be had from it."""
    assert prover.headers(nonces, HERE) == {}


def test_the_key_shows_nowhere(prover: Prover) -> None:
    assert prover.key not in repr(prover)
    assert prover.key not in repr(prover.challenge())
