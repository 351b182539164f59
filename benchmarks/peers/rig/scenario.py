"""The report conversation every bot is put through: twelve messages, twelve answers, one filed report."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """What a volunteer does, and words the answer must hold."""

    want: str
    say: str = ""  # typed; {households} and {people} differ from report to report
    tap: str = ""  # words on the button


STEPS = (
    Step("vào ngày nào", say="/baocao"),
    Step("ở đâu", tap="Hôm nay"),
    Step("cách nào", say="thon 3"),
    Step("mấy hộ", tap="Tại nhà"),
    Step("bao nhiêu lượt", say="{households}"),
    Step("từ 60 tuổi", say="{people}"),
    Step("việc gì", say="1"),
    Step("việc gì", tap="VNeID"),
    Step("việc gì", tap="Dịch vụ công"),
    Step("kết quả", tap="Chọn xong"),
    Step("📋", tap="Tự làm được"),
    Step("✅", tap="Gửi"),
)


def typed(step: Step, number: int) -> str:
    """What is typed at this step of somebody's n-th report; no two of the first 9,000 are alike."""
    households = 1 + number % 90
    return step.say.format(households=households, people=households + number // 90 % 100)
