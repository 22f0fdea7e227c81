"""Ready lines for a scheduler: an hourly run and a daily digest, in the watch's timezone. Pure."""

from __future__ import annotations

from pathlib import Path

from watchlists.model import Watchlist

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def quote_shell(text: str) -> str:
    """The text as one word of a POSIX shell, with cron's percent sign escaped."""
    from shlex import quote

    return quote(text).replace("%", r"\%")


def cron_lines(watchlist: Watchlist, *, folder: Path, program: str) -> tuple[str, ...]:
    """Lines for `crontab -e`; CRON_TZ is understood by cronie and by Debian's cron since 12."""
    hour = watchlist.delivery.hour
    days = (
        "*"
        if len(watchlist.delivery.days) == 7
        else ",".join(str((day + 1) % 7) for day in watchlist.delivery.days)
    )
    watch = f"{quote_shell(program)} --watch {quote_shell(str(folder))} --quiet"
    return (
        f"CRON_TZ={watchlist.timezone}",
        f"7 * * * * {watch} run",
        f"{hour.minute} {hour.hour} * * {days} {watch} digest --deliver",
    )


def systemd_units(watchlist: Watchlist, *, folder: Path, program: str) -> tuple[tuple[str, str], ...]:
    """(file name, contents) of two services with their timers, for ~/.config/systemd/user."""
    hour = watchlist.delivery.hour
    days = (
        ""
        if len(watchlist.delivery.days) == 7
        else ",".join(WEEKDAYS[d] for d in watchlist.delivery.days) + " "
    )
    digest_at = f"{days}*-*-* {hour:%H:%M}:00 {watchlist.timezone}"
    return (
        ("veilleur-run.service", _service("read the sources", folder, f"{program} --quiet run")),
        ("veilleur-run.timer", _timer("every hour", f"*-*-* *:07:00 {watchlist.timezone}")),
        ("veilleur-digest.service", _service("the digest", folder, f"{program} --quiet digest --deliver")),
        ("veilleur-digest.timer", _timer("at its hour", digest_at)),
    )


def _service(what: str, folder: Path, line: str) -> str:
    directory = str(folder).replace("%", "%%")
    return (
        f"[Unit]\nDescription=Veilleur: {what}\n\n[Service]\nType=oneshot\n"
        f"WorkingDirectory={directory}\nExecStart={line.replace('%', '%%')}\n"
        "# 3: some sources could not be read; the digest says which.\nSuccessExitStatus=3\n"
        "Environment=PYTHONUNBUFFERED=1\nNoNewPrivileges=true\n"
    )


def _timer(when: str, calendar: str) -> str:
    return (
        f"[Unit]\nDescription=Veilleur: {when}\n\n[Timer]\nOnCalendar={calendar}\nPersistent=true\n\n"
        "[Install]\nWantedBy=timers.target\n"
    )


def compose_file(watchlist: Watchlist, *, folder: Path, owner: str) -> str:
    """A compose.yaml that runs the hourly cycle and the digest from one container.

    `owner` is the account the folder belongs to, as uid:gid; the container works as that.
    """
    return f"""services:
  veilleur:
    # From a checkout: docker build -f deploy/Dockerfile -t veilleur .
    image: veilleur
    restart: unless-stopped
    user: "{owner}"
    environment:
      TZ: {watchlist.timezone}
      HOME: /tmp
    volumes:
      - "{folder}:/watch"
    entrypoint: ["every-hour"]
    command: ["veilleur --quiet run", "veilleur --quiet digest --deliver --if-due"]
"""
