"""What the published documentation shows its readers to run, run: curl, Python, Node and the command line."""

import json
import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.referees.node import require_node
from tests.referees.official_python import client_for
from tests.support.service import Tenant, serving

WITHIN = 60


def certify(folder: Path) -> tuple[Path, Path]:
    """A certificate for every name the documentation uses, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "twilio.com")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("*.twilio.com")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return paths


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_the_curl_commands_work_over_tls_as_they_stand(tmp_path: Path, tenant: Tenant) -> None:
    """The documentation's two curl commands and their URLs; only the connection is led to the local service
    (contract R9, R10, 8)."""
    certificate, key = certify(tmp_path)
    with serving(tmp_path / "data", "--tls-cert", str(certificate), "--tls-key", str(key)) as process:

        def curl(url: str, *arguments: str) -> dict[str, Any]:
            port = process.url.rpartition(":")[2]
            led = ["--connect-to", f"::127.0.0.1:{port}", "--cacert", str(certificate), "--noproxy", "*"]
            auth = ["-u", f"{process.account_sid}:{process.auth_token}"]
            command = ["curl", "-sS", *led, *auth, *arguments, url]
            done = subprocess.run(command, capture_output=True, text=True, timeout=WITHIN, check=True)
            found: dict[str, Any] = json.loads(done.stdout)
            return found

        made = curl("https://chat.twilio.com/v2/Services", "-d", "FriendlyName=sample")
        sid = made["sid"]
        assert made["url"] == f"https://chat.twilio.com/v2/Services/{sid}"
        switched = curl(f"https://chat.twilio.com/v1/Services/{sid}", "-X", "POST", "-d", "ReachabilityEnabled=true")
        assert (switched["sid"], switched["reachability_enabled"]) == (sid, True)
        shown = curl(
            f"https://conversations.twilio.com/v1/Services/{sid}/Configuration",
            *("-X", "POST", "--data-urlencode", "ReachabilityEnabled=true"),
        )
        roles = {f"default_{what}_role_sid" for what in ("conversation_creator", "conversation", "chat_service")}
        assert set(shown) == {"chat_service_sid", *roles, "reachability_enabled", "url", "links"}
        assert (shown["chat_service_sid"], shown["reachability_enabled"]) == (sid, True)
        assert shown["url"] == f"https://conversations.twilio.com/v1/Services/{sid}/Configuration"


def test_the_python_program_prints_the_service(tenant: Tenant) -> None:
    """The configuration's update prints the service's SID, and the feature is on (contract R10, 8)."""
    client = client_for(tenant)
    tenant.post(tenant.path, ReachabilityEnabled="false")
    configuration = (
        client.conversations.v1.services(tenant.service_sid).configuration().update(reachability_enabled=True)
    )
    assert configuration.chat_service_sid == tenant.service_sid
    assert tenant.get(tenant.path)["reachability_enabled"] is True


def run_node(tenant: Tenant, *command: str, **environment: str) -> str:
    """Unmodified programs: only the destination of their requests is changed."""
    node, modules = require_node()
    process = tenant.process
    done = subprocess.run(
        [node, "--require", str(Path(__file__).with_name("redirect.cjs")), *command],
        capture_output=True,
        text=True,
        timeout=WITHIN,
        check=False,
        env={
            **os.environ,
            "NODE_PATH": modules,
            "CHAT_TUI_URL": process.url,
            "TWILIO_ACCOUNT_SID": process.account_sid,
            "TWILIO_AUTH_TOKEN": process.auth_token,
            "SERVICE_SID": tenant.service_sid,
            **environment,
        },
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.node
def test_the_node_programs_print_what_the_documentation_shows(tenant: Tenant) -> None:
    """Every call of the documentation with npm's ``twilio``, in their order, and a few of the many more."""
    tenant.post(f"{tenant.path}/Channels/general/Members", Identity="alice")
    for number in range(3):
        tenant.post(f"{tenant.path}/Channels/general/Messages", Body=str(number))
        tenant.post(f"{tenant.path}/Users", Identity=f"user-{number}")
    lines = run_node(tenant, str(Path(__file__).with_name("helper.cjs"))).splitlines()
    said = dict(json.loads(line) for line in lines)
    account = tenant.process.account_sid
    assert said.pop("create service") == said.pop("fetch service")
    assert said == {
        "list services": True,
        "rename service": "Renamed",
        "delete service": True,
        "reachability off": [tenant.service_sid, False],
        "reachability on": [tenant.service_sid, True],
        "fetch user channel": account,
        "list user channels": [["joined", "default"]],
        "mute": "muted",
        "read": 2,
        "unread": [None, None],
        "refusal": ["RestException", 400, 50210, "https://www.twilio.com/docs/errors/50210"],
        "pages": ["alice", "user-0", "user-1", "user-2"],
        "conversation": ["active", ["date_inactive"], 0, True],
        "roles": ["conversation", "conversation", "service", "service"],
        "default service": account,
    }


@pytest.mark.node
def test_the_command_line_switches_reachability(tenant: Tenant, tmp_path: Path) -> None:
    """The documentation's ``twilio api:conversations:v1:services:configuration:update``, by npm's twilio-cli."""
    _, modules = require_node()
    tenant.post(tenant.path, ReachabilityEnabled="false")
    printed = run_node(
        tenant,
        str(Path(modules) / "twilio-cli" / "bin" / "run"),
        "api:conversations:v1:services:configuration:update",
        *("--chat-service-sid", tenant.service_sid, "--reachability-enabled"),
        HOME=str(tmp_path),
    )
    assert tenant.service_sid in printed
    assert tenant.get(tenant.path)["reachability_enabled"] is True
