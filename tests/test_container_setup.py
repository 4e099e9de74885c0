"""What docker-compose.yml promises, as far as reading it can tell."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from policies.mail.handover import Postman
from policies.settings import MailSettings

ROOT = Path(__file__).parent.parent


@pytest.fixture
def services() -> dict[str, Any]:
    described = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    found: dict[str, Any] = described["services"]
    return found


def test_every_image_of_others_is_pinned_by_tag(services: dict[str, Any]) -> None:
    others = [s["image"] for s in services.values() if s["image"] != "hireledger"]
    assert len(others) == 2
    assert all(":" in image and not image.endswith(":latest") for image in others)


def test_whatever_sends_mail_sends_it_to_the_catcher(
    services: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = services["projector"]["environment"]
    assert services["api"]["environment"] == environment
    for name in ("HIRELEDGER_SMTP_URL", "HIRELEDGER_MAIL_FROM", "HIRELEDGER_IMAP_URL"):
        # ${NAME:-default}, as compose reads it where nothing is set.
        monkeypatch.setenv(name, environment[name].partition(":-")[2].removesuffix("}"))
    settings = MailSettings()
    assert Postman(settings).url.hostname in services
    assert settings.sender.addr_spec == "hiring@hireledger.example"
    assert settings.imap_url is None
