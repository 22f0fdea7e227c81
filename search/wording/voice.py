"""How a digest speaks: one language and one timezone, for sentences, numbers, days and times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from watchlists.messages import Messages


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """The reader's language (fr, en) and timezone; `messages` translate the English keys."""

    language: str
    timezone: str
    messages: Messages

    def gettext(self, message: str, /, **values: object) -> str:
        """The text in the reader's language, its {places} filled."""
        text = self.messages.gettext(message)
        return text.format(**values) if values else text

    def ngettext(self, singular: str, plural: str, n: int, /, **values: object) -> str:
        """The text in the form `n` asks for; {n} is the number, written as the language does."""
        return self.messages.ngettext(singular, plural, n).format(n=self.number(n), **values)

    def number(self, value: float, *, digits: int = 1) -> str:
        """A number with the language's separators; at most `digits` decimals."""
        return str(format_decimal(round(value, digits), locale=self.language))

    def day(self, day: date) -> str:
        """A day in full: Friday 20 November 2026."""
        return self._first_of_month(str(format_date(day, "EEEE d MMMM y", locale=self.language)), day)

    def short_day(self, day: date) -> str:
        """A day without its year: 20 November."""
        return self._first_of_month(str(format_date(day, "d MMMM", locale=self.language)), day)

    def _first_of_month(self, text: str, day: date) -> str:
        return text.replace("1 ", "1er ", 1) if self.language == "fr" and day.day == 1 else text

    def local(self, moment: datetime) -> datetime:
        """The moment in the reader's timezone."""
        return moment.astimezone(ZoneInfo(self.timezone))

    def clock(self, moment: datetime) -> str:
        """The time of day: 08:05."""
        return f"{self.local(moment):%H:%M}"

    def moment(self, moment: datetime, *, seen_from: datetime) -> str:
        """A time as a reader says it at `seen_from`: today, yesterday, or the day."""
        day, today = self.local(moment).date(), self.local(seen_from).date()
        if day == today:
            return self.gettext("today {time}", time=self.clock(moment))
        if day == today - timedelta(days=1):
            return self.gettext("yesterday {time}", time=self.clock(moment))
        if today - timedelta(days=7) < day < today:
            weekday = str(format_date(day, "EEEE", locale=self.language))
            return self.gettext("{day} {time}", day=weekday, time=self.clock(moment))
        return self.short_day(day) if day.year == today.year else self._dated(day)

    def _dated(self, day: date) -> str:
        return self._first_of_month(str(format_date(day, "d MMMM y", locale=self.language)), day)

    def since(self, moment: datetime, *, seen_from: datetime) -> str:
        """A time as a beginning: since yesterday 14:05, since 5 November."""
        said = self.moment(moment, seen_from=seen_from)
        if self.local(seen_from).date() - self.local(moment).date() < timedelta(days=7):
            return self.gettext("since {when}", when=said)
        return self.gettext("since {date}", date=said)

    def zoned(self, moment: datetime) -> str:
        """A time that leaves no doubt: Thursday 19 November 08:00 (Europe/Paris is said once, elsewhere)."""
        local = self.local(moment)
        text = str(format_datetime(local, "EEEE d MMMM HH:mm", locale=self.language))
        return self._first_of_month(text, local.date())

    def span(self, span: timedelta) -> str:
        """A duration in its largest fitting unit: 40 minutes, 5 hours, 3 days."""
        minutes = max(0, round(span.total_seconds() / 60))
        if minutes < 90:
            return self.ngettext("{n} minute", "{n} minutes", minutes)
        if minutes < 48 * 60:
            return self.ngettext("{n} hour", "{n} hours", round(minutes / 60))
        return self.ngettext("{n} day", "{n} days", round(minutes / 1440))

    def language_name(self, code: str) -> str:
        """The name of a language; empty when it is not known."""
        if code == "und":
            return ""
        try:
            return Locale(self.language).languages.get(code) or code
        except ValueError:
            return code

    def apart(self, parts: Sequence[str]) -> str:
        """Clauses of one sentence, set apart as the language does, with its full stop."""
        joined = self.gettext("; ").join(parts)
        return f"{joined}." if parts else ""

    def listed(self, parts: Sequence[str]) -> str:
        """One, two and three."""
        if len(parts) < 2:
            return "".join(parts)
        return self.gettext("{first} and {last}", first=", ".join(parts[:-1]), last=parts[-1])
