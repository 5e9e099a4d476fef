"""What the commands print: all of it through safe text, so that nobody's name or message drives the terminal."""

import io
import re
import sys
from collections.abc import Sequence
from typing import Any

import click

from chat_tui.protocol.numbers import parse_whole
from chat_tui.safe_text import inert, safe_line

_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?", re.ASCII)


def say(text: object, *, is_error: bool = False) -> None:
    """Print ``text``, with what the terminal's encoding lacks replaced."""
    stream = sys.stderr if is_error else sys.stdout
    encoding = getattr(stream, "encoding", None) or "utf-8"
    click.echo(inert(text).encode(encoding, "replace").decode(encoding), err=is_error)


def warn(text: object) -> None:
    say(f"Warning: {safe_line(text)}", is_error=True)


def ask_secretly(what: str) -> str:
    """What somebody types, unseen. Raises click.Abort when they think better of it."""
    answer: str = click.prompt(what, hide_input=True, err=True)
    return answer


class WholeNumber(click.IntRange):
    """A whole number in a range, in plain digits: what Python reads besides nobody means."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, str):
            try:
                value = parse_whole(value)
            except ValueError:
                self.fail(f"{value!r} is no whole number", param, ctx)
        return super().convert(value, param, ctx)


class DecimalNumber(click.FloatRange):
    """Any number in a range, written as plainly."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, str) and not _NUMBER.fullmatch(value):
            self.fail(f"{value!r} is no number", param, ctx)
        return super().convert(value, param, ctx)


class SafeGroup(click.Group):
    """Commands whose errors, which repeat what was typed or what a server said, are printed through safe text too;
    one nobody thought of is a line, not a stack trace."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        try:
            status = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        except click.ClickException as error:
            status = _show(error)
        except click.Abort:
            say("Aborted!", is_error=True)
            status = 1
        except Exception as error:
            say(f"Error: {safe_line(f'an unexpected {type(error).__name__}: {error}')}", is_error=True)
            status = 1
        sys.exit(status if isinstance(status, int) else 0)


def _show(error: click.ClickException) -> int:
    shown = io.StringIO()
    error.show(file=shown)
    message = error.format_message()
    say(shown.getvalue().rstrip("\n").replace(f"Error: {message}", f"Error: {safe_line(message)}"), is_error=True)
    return error.exit_code
