"""What doctor says of secrets that nobody set."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from search.folder import WatchFolder
from search.upkeep.doctor import examine
from tests.morning import watchlist
from watchlists.model import Delivery, Mail, Webhook


def missing_secrets(root: Path, environ: dict[str, str]) -> list[str]:
    mail = Mail(
        host="mail.nimbo.example", username="veille", sender="v@nimbo.example", to=("a@nimbo.example",)
    )
    hook = Webhook(id="equipe", url_env="HOOK")
    watch = watchlist(delivery=Delivery(mail=mail, webhooks=(hook,), apprise_env=("CHAT", "PHONE")))
    found = examine(WatchFolder(root=root), watch, environ=environ)
    return [dict(each.values)["name"] for each in found if each.text == "The secret {name} is not set."]


def test_every_secret_of_delivery_that_nobody_set_is_named(tmp_path: Path) -> None:
    assert missing_secrets(tmp_path, {}) == ["HOOK", "CHAT", "PHONE", "VEILLEUR_SMTP_PASSWORD"]


def test_a_secret_in_the_environment_or_in_a_file_is_not_missed(tmp_path: Path) -> None:
    environ = {"HOOK": "https://x.example", "CHAT_FILE": "/run/secrets/chat", "VEILLEUR_SMTP_PASSWORD": "x"}

    assert missing_secrets(tmp_path, environ) == ["PHONE"]


def test_apprise_addresses_without_apprise_are_said_to_get_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = watchlist(delivery=Delivery(apprise_env=("CHAT",)))
    asked = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "apprise" else asked(name))

    found = examine(WatchFolder(root=tmp_path), watch, environ={"CHAT": "x://y"})

    assert "pip install 'veilleur[notify]'" in [each.remedy for each in found]
