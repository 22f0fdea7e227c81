"""Ready lines for a scheduler: an hourly run and a daily digest, in the watch's timezone. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from watchlists.model import Watchlist

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MINUTE, MINUTE_OF_DESK = 7, 37
"""Of the hour: a desk takes in what workers have told by then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is run every hour in a folder, and whether people are told from there."""

    name: str
    """Of its service; its unit, too, but for the whole watch's."""
    what: str
    """For people."""
    run: str
    """What follows `veilleur`."""
    minute: int
    digests: bool


WHOLE = Task(name="veilleur", what="read the sources", run="run", minute=MINUTE, digests=True)
DESK = Task(
    name="veilleur-desk",
    what="take in what workers read",
    run="run --desk",
    minute=MINUTE_OF_DESK,
    digests=True,
)


def worker_task(share: str) -> Task:
    """The task of the worker of a share such as 2/8; several may be on one machine."""
    name = f"veilleur-worker-{share.replace('/', '-of-')}"
    what, run = f"read share {share}", f"run --shard {share}"
    return Task(name=name, what=what, run=run, minute=MINUTE, digests=False)


def quote_shell(text: str) -> str:
    """The text as one word of a POSIX shell, with cron's percent sign escaped."""
    from shlex import quote

    return quote(text).replace("%", r"\%")


def cron_lines(watchlist: Watchlist, *, folder: Path, program: str, task: Task = WHOLE) -> tuple[str, ...]:
    """Lines for `crontab -e`; CRON_TZ is understood by cronie and by Debian's cron since 12."""
    watch = f"{quote_shell(program)} --watch {quote_shell(str(folder))} --quiet"
    lines = (f"CRON_TZ={watchlist.timezone}", f"{task.minute} * * * * {watch} {task.run}")
    if not task.digests:
        return lines
    hour = watchlist.delivery.hour
    days = (
        "*"
        if len(watchlist.delivery.days) == 7
        else ",".join(str((day + 1) % 7) for day in watchlist.delivery.days)
    )
    return (*lines, f"{hour.minute} {hour.hour} * * {days} {watch} digest --deliver")


def systemd_units(
    watchlist: Watchlist, *, folder: Path, program: str, task: Task = WHOLE
) -> tuple[tuple[str, str], ...]:
    """(file name, contents) of services with their timers, for ~/.config/systemd/user."""
    return tuple(_units(watchlist, folder, program, task))


def timers_of(task: Task) -> tuple[str, ...]:
    """The timers to be enabled."""
    return (_run_unit(task), *(("veilleur-digest",) if task.digests else ()))


def _run_unit(task: Task) -> str:
    return "veilleur-run" if task is WHOLE else task.name


def _units(watchlist: Watchlist, folder: Path, program: str, task: Task) -> Iterator[tuple[str, str]]:
    name = _run_unit(task)
    yield f"{name}.service", _service(task.what, folder, f"{program} --quiet {task.run}")
    yield f"{name}.timer", _timer("every hour", f"*-*-* *:{task.minute:02}:00 {watchlist.timezone}")
    if not task.digests:
        return
    hour = watchlist.delivery.hour
    days = (
        ""
        if len(watchlist.delivery.days) == 7
        else ",".join(WEEKDAYS[d] for d in watchlist.delivery.days) + " "
    )
    digest_at = f"{days}*-*-* {hour:%H:%M}:00 {watchlist.timezone}"
    yield "veilleur-digest.service", _service("the digest", folder, f"{program} --quiet digest --deliver")
    yield "veilleur-digest.timer", _timer("at its hour", digest_at)


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


def compose_file(watchlist: Watchlist, *, folder: Path, owner: str, task: Task = WHOLE) -> str:
    """A compose.yaml that runs the hourly task, and the digest where it is told, from one container.

    `owner` is the account the folder belongs to, as uid:gid; the container works as that.
    """
    lines = [f"veilleur --quiet {task.run}"]
    lines += ["veilleur --quiet digest --deliver --if-due"] if task.digests else []
    command = ", ".join(f'"{line}"' for line in lines)
    return f"""services:
  {task.name}:
    # From a checkout: docker build -f deploy/Dockerfile -t veilleur .
    image: veilleur
    restart: unless-stopped
    user: "{owner}"
    environment:
      TZ: {watchlist.timezone}
      HOME: /tmp
      MINUTE: "{task.minute}"
    volumes:
      - "{folder}:/watch"
    entrypoint: ["every-hour"]
    command: [{command}]
"""
