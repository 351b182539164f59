"""What the peers share: the questions, the buttons, and one row a report, on disk before it is confirmed."""

import os
import sqlite3

API, TOKEN, SECRET = os.environ["API"], os.environ["TOKEN"], os.environ["SECRET"]
PORT, HOOK = int(os.environ["PORT"]), os.environ["HOOK"]
HOOK_URL = f"https://bench.invalid{HOOK}"

Rows = list[list[tuple[str, str]]]  # of buttons: words and payload
Answers = dict[str, str]

ASK_DAY = "Buổi hướng dẫn vào ngày nào?\nBấm nút, hoặc gõ ngày, ví dụ: 18/11"
ASK_PLACE = "Hướng dẫn ở đâu? Gõ tên thôn."
ASK_KIND = "Hướng dẫn theo cách nào?"
ASK_HOUSEHOLDS = "Hướng dẫn được mấy hộ? Gõ số, ví dụ: 5"
ASK_PEOPLE = "Tất cả bao nhiêu lượt người? Gõ số, ví dụ: 8"
ASK_ELDERLY = "Trong đó bao nhiêu người từ 60 tuổi? Gõ số."
ASK_SKILLS = "Đã hướng dẫn việc gì? Chọn được nhiều việc; chọn đủ thì bấm “Chọn xong”."
ASK_RESULT = "Kết quả thế nào?"
DROPPED = "Đã bỏ phiếu này."

DAYS: Rows = [[("Hôm nay", "day:today"), ("Hôm qua", "day:yesterday")]]
KINDS: Rows = [[("Tại nhà", "kind:home")], [("Lớp tập trung", "kind:class")], [("Điểm hỗ trợ", "kind:point")]]
RESULTS: Rows = [[("Tự làm được", "result:done")], [("Cần tới lại", "result:again")]]
CONFIRM: Rows = [[("Gửi", "send:yes"), ("Bỏ", "send:no")]]
SKILLS = {
    "vneid": "VNeID",
    "dvc": "Dịch vụ công",
    "payment": "Thanh toán số",
    "shopping": "Mua bán trên mạng",
    "safety": "Phòng lừa đảo",
    "health": "Sổ sức khỏe",
}


def skills(chosen: str) -> Rows:
    """The buttons of what was shown; `chosen` names separated by spaces."""
    return [
        *([(("✓ " if name in chosen.split() else "") + words, f"skill:{name}")] for name, words in SKILLS.items()),
        [("Chọn xong", "skill:=")],
    ]


def toggled(chosen: str, name: str) -> str:
    """The choice with a name put in or taken out."""
    names = chosen.split()
    return " ".join([each for each in names if each != name] if name in names else [*names, name])


def card(answers: Answers) -> str:
    """Everything once more, before it is sent."""
    return (
        f"📋 Đã hiểu:\nNgày: {answers['day']}\nNơi: {answers['place']}\nCách làm: {answers['kind']}\n"
        f"Số hộ: {answers['households']}\nLượt người: {answers['people']}\nTừ 60 tuổi: {answers['elderly']}\n"
        f"Việc: {answers['skills']}\nKết quả: {answers['result']}\n\nĐúng thì bấm “Gửi”."
    )


class Reports:
    """The table of filed reports."""

    def __init__(self) -> None:
        """Open it as durable as the program's: WAL and synchronous=FULL."""
        self._connection = sqlite3.connect(os.environ["REPORTS"], isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS report (id INTEGER PRIMARY KEY, person INTEGER, day TEXT, place TEXT,"
            " kind TEXT, households INTEGER, people INTEGER, elderly INTEGER, skills TEXT, result TEXT)"
        )

    def file(self, person: int, answers: Answers) -> str:
        """What is said when the report is on disk."""
        row = self._connection.execute(
            "INSERT INTO report (person, day, place, kind, households, people, elderly, skills, result)"
            " VALUES (:person, :day, :place, :kind, :households, :people, :elderly, :skills, :result)",
            {**answers, "person": person},
        ).lastrowid
        return f"✅ Đã ghi phiếu số {row}. Cảm ơn!"
