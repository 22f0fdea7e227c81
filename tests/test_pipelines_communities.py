"""Communities named by links into platforms."""

from __future__ import annotations

import pytest

from pipelines.communities import community_of


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.reddit.com/r/VeloParis/comments/abc/titre/", "reddit.com/r/veloparis"),
        ("https://old.reddit.com/r/VeloParis", "reddit.com/r/veloparis"),
        ("https://discord.gg/AbC123", "discord.gg/AbC123"),
        ("https://discord.com/invite/AbC123?event=4", "discord.gg/AbC123"),
        ("https://t.me/s/velo_nantes/12", "t.me/velo_nantes"),
        ("https://t.me/+AAbb-12", "t.me/+AAbb-12"),
        ("https://www.facebook.com/groups/123456/posts/9", "facebook.com/groups/123456"),
        ("https://x.com/hashtag/V%C3%A9loCargo?src=x", "x.com/hashtag/vélocargo"),
        ("https://twitter.com/hashtag/velo", "x.com/hashtag/velo"),
        ("https://www.reddit.com/user/somebody", None),
        ("https://discord.com/channels/1/2", None),
        ("https://www.gazette.example/r/velo", None),
        ("https://[broken", None),
        ("", None),
    ],
)
def test_a_link_into_a_platform_names_the_community(url: str, expected: str | None) -> None:
    assert community_of(url) == expected


def test_a_name_is_never_longer_than_a_line() -> None:
    found = community_of(f"https://discord.gg/{'a' * 5_000}")

    assert found is not None
    assert len(found) <= 111
