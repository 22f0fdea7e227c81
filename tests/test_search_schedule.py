"""Ready lines for cron, systemd and compose."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import yaml

from search.schedule import compose_file, cron_lines, systemd_units
from watchlists.model import Delivery, Watchlist

WATCH = Watchlist(
    name="w", timezone="Europe/Paris", delivery=Delivery(hour=time(7, 30), days=(0, 1, 2, 3, 4))
)


def test_cron_runs_every_hour_and_digests_on_working_days_in_the_watch_timezone() -> None:
    zone, run, digest = cron_lines(WATCH, folder=Path("/srv/my watch"), program="/opt/v")

    assert zone == "CRON_TZ=Europe/Paris"
    assert run == "7 * * * * /opt/v --watch '/srv/my watch' --quiet run"
    assert digest.startswith("30 7 * * 1,2,3,4,5 ")


def test_a_percent_sign_does_not_end_the_cron_line() -> None:
    lines = cron_lines(WATCH, folder=Path("/srv/100%"), program="v")

    assert "100\\%" in lines[1]


def test_systemd_counts_a_partial_run_as_success() -> None:
    units = dict(systemd_units(WATCH, folder=Path("/srv/watch"), program="/opt/v"))

    assert "SuccessExitStatus=3" in units["veilleur-run.service"]
    assert "OnCalendar=Mon,Tue,Wed,Thu,Fri *-*-* 07:30:00 Europe/Paris" in units["veilleur-digest.timer"]


def test_compose_runs_the_watch_folder_as_its_owner_in_its_timezone() -> None:
    service = yaml.safe_load(compose_file(WATCH, folder=Path("/srv/watch"), owner="1000:1000"))["services"][
        "veilleur"
    ]

    assert service["volumes"] == ["/srv/watch:/watch"]
    assert service["user"] == "1000:1000"
    assert service["environment"]["TZ"] == "Europe/Paris"
    assert [line.split()[0] for line in service["command"]] == ["veilleur", "veilleur"]
