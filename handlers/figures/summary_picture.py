"""The summary of a period as a picture: where households were shown something, and how the last periods went."""

from zoneinfo import ZoneInfo

from bot.services.files.charts import MOST_BARS, Chart, Value, summary_svg
from bot.services.summary import Summary, Unit
from bot.words import Words
from handlers.figures import summary_words


def picture(found: Summary, words: Words, zone: ZoneInfo) -> str:
    """The picture as SVG."""
    _ = words.say
    lines = {
        "week": _("Households over {n} weeks", n=len(found.line)),
        "month": _("Households over {n} months", n=len(found.line)),
        "mid_month": _("Households over {n} periods", n=len(found.line)),
        "quarter": _("Households over {n} quarters", n=len(found.line)),
    }
    return summary_svg(
        Chart(
            title=summary_words.title(found.period, words),
            subtitle=f"{found.team}, {found.commune}",
            bars_title=_("Households shown something, by place"),
            bars=[_value(unit.label, unit.households, words) for unit in _shown(found.units, words)],
            line_title=lines[found.period.rule],
            points=[_value(label, count, words) for label, count in found.line],
            note=_("From the team's reports, {at}.", at=summary_words.moment(found.as_of, words, zone)),
        )
    )


def _shown(units: tuple[Unit, ...], words: Words) -> list[Unit]:
    """The places in their order; where there are too many, the largest ones and the rest together."""
    if len(units) <= MOST_BARS:
        return list(units)
    largest = sorted(units, key=lambda unit: -unit.households)[: MOST_BARS - 1]
    rest = [unit for unit in units if unit not in largest]
    label = words.say("{n} others", n=len(rest))
    return [*largest, Unit(label=label, reports=0, households=sum(unit.households for unit in rest), people=0)]


def _value(label: str, value: int, words: Words) -> Value:
    return Value(label, value, words.number(value))
