"""The demo watch as a folder: the watchlist.toml that reads the demo web."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from watchlists.demo.clock import FIRST_DAY, LAST_DAY
from watchlists.demo.world import World

__all__ = ["FIRST_DAY", "LAST_DAY", "demo_watchlist", "write_demo_watch"]


def write_demo_watch(folder: Path, *, port: int, language: str, address: str = "127.0.0.1") -> Path:
    """Write the demo's watchlist.toml into a folder, made if need be; returns the file's path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "watchlist.toml"
    path.write_text(demo_watchlist(World.load(), port=port, language=language, address=address), "utf-8")
    return path


def demo_watchlist(world: World, *, port: int, language: str, address: str = "127.0.0.1") -> str:
    """The demo's watchlist, every fictional host reached at this address and port."""
    template = (files("watchlists.demo") / "watchlist.toml").read_text("utf-8")
    hosts = "\n".join(
        f'[[crawl.host]]\nhost = "{host}"\naddress = "{address}"\nport = {port}\n'
        for host in sorted(world.hosts)
    )
    filled = template.replace("{language}", language).replace("{port}", str(port))
    return filled.replace("{hosts}", hosts.rstrip())
