"""The words every report line may use, whatever the team's places and the form's choices are."""

from dataclasses import dataclass
from typing import Final, Literal

Role = Literal["choice", "unit", "label", "skill", "filler", "not", "about"]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a known phrase says: an answer, whose number stands beside it, or nothing.

    A "unit" has its number before it, "5 hộ"; a "label" and a "skill" after it, "số hộ: 5", "VNeID 2".
    """

    role: Role
    field: str = ""
    value: str = ""


HOURS: Final = "h"  # "5h": households or hours

_UNITS: Final = {
    "households": "hộ|hộ dân|hộ gia đình|nhà|gia đình|household|households",
    "people": "người|ng|ngươi|người dân|lượt|lượt người|bà con|học viên|people|persons",
    "elderly": (
        "người cao tuổi|cao tuổi|nct|người già|cụ|các cụ|cụ già|người lớn tuổi|người từ 60|người trên 60"
        "|người từ 60 tuổi|người từ 60 tuổi trở lên|người trên 60 tuổi|người 60 tuổi trở lên|người hơn 60 tuổi"
    ),
    "members": "thành viên|tv|tổ viên|thành viên tổ|đồng chí|đc|members",
    "minutes": "phút|p|ph|minutes|min",
    HOURS: "h",
}
_LABELS: Final = {
    "households": "số hộ|tổng số hộ|sh",
    "people": "số người|số lượt|số lượt người|tổng số người|sn",
    "elderly": (
        "60+|>60|>=60|≥60|≥ 60|trên 60:|từ 60:|trên 60 tuổi|từ 60 tuổi|từ 60 tuổi trở lên|60 tuổi trở lên"
        "|hơn 60 tuổi|số người cao tuổi|số người từ 60 tuổi"
    ),
    "members": "số thành viên|số tv",
    "minutes": "số phút|thời gian|thời lượng",
}
_FILLERS: Final = (
    "ở|o|tại|với|cho|được|gồm|là|có|và|cùng|trong đó|trong|đó|hướng dẫn|hd|đã|xong|ạ|nhé|nha|dạ|em|vào|hôm|lúc|buổi"
    "|báo cáo|bc|phiếu|ngày|nơi|địa điểm|việc|kỹ năng|kết quả|khó khăn|vướng mắc|cách làm|hình thức|tất cả|tổng"
    "|tổng cộng|về|cả|mất|hết|làm|giúp|hỗ trợ|at|and"
)
_NOTS: Final = "không|chưa|chẳng|chả|đừng|ko|hông|không có|chưa có|ko có|không phải|not|no"
_ABOUTS: Final = "khoảng|khoảng chừng|chừng|gần|hơn|trên|dưới|tầm|độ|cỡ|ít nhất|nhiều nhất|tối đa|tối thiểu|~|>|<|≥|≤|≈"

COMMON: Final[tuple[tuple[str, Meaning], ...]] = (
    *((word, Meaning("unit", field)) for field, words in _UNITS.items() for word in words.split("|")),
    *((word, Meaning("label", field)) for field, words in _LABELS.items() for word in words.split("|")),
    *((word, Meaning("filler")) for word in _FILLERS.split("|")),
    *((word, Meaning("not")) for word in _NOTS.split("|")),
    *((word, Meaning("about")) for word in _ABOUTS.split("|")),
)
