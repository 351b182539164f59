"""What a button does, and what takes a text that was asked for: tables you can print."""

from collections.abc import Mapping

from handlers import start
from handlers.answering import answer_talk, loudspeaker, open_questions, questions, recall, scam_check
from handlers.calendar import dates
from handlers.figures import exports, goals, periods, summary, totals
from handlers.learning import certificates, lesson_end, lessons, reviews
from handlers.person import data_requests, link, log_out, my_data, name, profile
from handlers.reports import my_reports, report, report_list, report_queries
from handlers.table import Handler
from handlers.teams import broadcast, invite, team, team_members, which_team
from handlers.visiting import help_request, visits

BUTTONS: Mapping[str, Handler] = {
    "agree": start.agree,
    "team": which_team.chosen,
    name.NAME: name.tapped,
    "to": team.one,
    "leave": team.leave,
    "members": team_members.members,
    "member": team_members.member,
    "remove": team_members.remove,
    "handover": team_members.hand_over,
    "join": team_members.join,
    "invite": invite.step,
    link.NAME: link.tapped,
    log_out.NAME: log_out.tapped,
    "details": start.details,
    "refuse": start.refuse,
    "addr": profile.set_address,
    "withdraw": my_data.withdraw,
    my_data.NAME: my_data.tapped,
    data_requests.NAME: data_requests.tapped,
    **dates.BUTTONS,
    "track": lessons.track,
    "lesson": lessons.begin,
    "step": lessons.step,
    "quiz": lessons.answer,
    "next": lessons.resume,
    "sheet": lesson_end.sheet,
    reviews.NAME: reviews.tapped,
    certificates.NAME: certificates.tapped,
    "fact": questions.fact,
    "cauhoi": open_questions.tapped,
    "dinhchinh": recall.tapped,
    "mark": answer_talk.marked,
    "hush": answer_talk.hushed,
    "source": answer_talk.source,
    "f": report.tapped,
    "fix": report.correct,
    "do": report.move,
    "rep": my_reports.one,
    "reps": report_list.tapped,
    report_queries.ASK: report_queries.ask_tapped,
    report_queries.ANSWER: report_queries.answer_tapped,
    help_request.NAME: help_request.tapped,
    visits.NAME: visits.tapped,
    "week": summary.tapped,
    "muctieu": goals.tapped,
    "xuat": exports.tapped,
    "ky": periods.tapped,
    totals.NAME: totals.tapped,
    "gui": broadcast.tapped,
    scam_check.NAME: scam_check.tapped,
    loudspeaker.NAME: loudspeaker.tapped,
}
AWAITED: Mapping[str, Handler] = {
    my_data.NAME: my_data.typed,
    data_requests.NAME: data_requests.typed,
    **dates.AWAITED,
    "cauhoi": open_questions.typed,
    scam_check.NAME: scam_check.typed,
    loudspeaker.NAME: loudspeaker.typed,
    name.NAME: name.typed,
    "muctieu": goals.typed,
    "xuat": exports.typed,
    "gui": broadcast.typed,
    help_request.NAME: help_request.typed,
    certificates.NAME: certificates.typed,
    report_queries.ASK: report_queries.ask_typed,
    report_queries.ANSWER: report_queries.answer_typed,
}
"""What takes the next text, by the name in `State.awaited`; its moves are buttons of that name."""
NAMES = frozenset({name.NAME, certificates.NAME})
"""Where a person's name is awaited: nobody is called like a command."""
