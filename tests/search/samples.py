"""A small world to search: entries, a lexicon, and questions with the entry each should find."""

import unicodedata

from bot.search.index import Entry, Index
from bot.search.reading import Lexicon

LEXICON = Lexicon(
    {
        "cds": "chuyển đổi số",
        "tthc": "thủ tục hành chính",
        "dvc": "dịch vụ công",
        "kts": "kinh tế số",
        "bn": "bao nhiêu",
        "nq": "nghị quyết",
        "bhxh": "bảo hiểm xã hội",
    },
    {"heo": "lợn", "trên mạng": "trực tuyến", "giấy khai sinh": "hộ tịch", "nhà thương": "bệnh viện"},
)


def fact(id_: str, text: str, *, extra: str = "", periods: tuple[str, ...] = (), replaced_by: str = "") -> Entry:
    return Entry(id=id_, kind="fact", text=text, extra=extra, periods=periods, replaced_by=replaced_by)


ENTRIES = (
    fact("egov-2024", "Năm 2024 Việt Nam đứng thứ 71/193 nước về Chính phủ điện tử.", periods=("2024",)),
    fact(
        "egov-2022",
        "Năm 2022 Việt Nam đứng thứ 86/193 nước về Chính phủ điện tử.",
        periods=("2022",),
        replaced_by="egov-2024",
    ),
    fact("kts", "Kinh tế số năm 2024 ước bằng 18,3% GDP, tăng hơn 20% một năm.", extra="đóng góp tỷ trọng"),
    fact("vneid", "Cả nước đã kích hoạt hơn 55 triệu tài khoản định danh VNeID.", extra="căn cước điện thoại"),
    fact("tthc", "Đích cuối năm 2025: 80% hồ sơ thủ tục hành chính được xử lý trực tuyến."),
    fact("ho-tich", "Việc số hóa dữ liệu hộ tịch phải xong trước ngày 31/3/2025."),
    fact("nq57", "Nghị quyết 57 của Bộ Chính trị ban hành ngày 22/12/2024, về khoa học và công nghệ."),
    fact("hoc-ba", "Mọi học sinh, sinh viên đều có hồ sơ học tập số."),
    fact("benh-vien", "Bệnh viện và trường đại học đã nhận thanh toán không dùng tiền mặt."),
    fact("ngay", "Ngày 10 tháng 10 hằng năm là Ngày Chuyển đổi số quốc gia."),
    fact("to-cnscd", "Tổ công nghệ số cộng đồng đi từng ngõ, gõ từng nhà, hướng dẫn từng người."),
    fact("buu-chinh", "Chỉ số Bưu chính năm 2023 xếp hạng 47/172."),
    fact("phien-2", "Phiên họp thứ hai của Ủy ban Quốc gia diễn ra sáng 27/4/2022 để bàn việc quý II."),
    Entry(id="lesson-otp", kind="lesson", text="Không đưa mã OTP cho ai", extra="lừa đảo mật khẩu ngân hàng"),
    Entry(
        id="p-lua",
        kind="passage",
        text="Hòa Bình: bà con vùng cao bán lợn bản, mật ong và vải dệt tay trên sàn thương mại điện tử từ năm ngoái.",
    ),
    Entry(
        id="p-kts",
        kind="passage",
        text="Kinh tế số năm 2024 ước bằng 18,3% GDP, tăng hơn 20% một năm, theo báo cáo tại phiên họp.",
    ),
)
INDEX = Index(ENTRIES, LEXICON)

ASKED = (
    ("Việt Nam đứng thứ mấy về chính phủ điện tử?", "egov-2024"),
    ("chính phủ điện tử năm 2022 hạng mấy", "egov-2022"),
    ("hạng chính phủ điện tử năm 2024", "egov-2024"),
    ("KTS chiếm bn phần trăm GDP", "kts"),
    ("kinh tế số đóng góp bao nhiêu", "kts"),
    ("tỷ trọng kinh tế số năm 2024", "kts"),
    ("có bao nhiêu tài khoản VNeID", "vneid"),
    ("tài khoản định danh đã kích hoạt", "vneid"),
    ("căn cước trên điện thoại", "vneid"),
    ("TTHC xử lý trực tuyến 80% khi nào", "tthc"),
    ("hồ sơ thủ tục làm trên mạng", "tthc"),
    ("số hoá hộ tịch bao giờ xong", "ho-tich"),
    ("giấy khai sinh số hóa xong chưa", "ho-tich"),
    ("NQ57 ban hành ngày nào", "nq57"),
    ("nghị quyết số 57 về khoa học công nghệ", "nq57"),
    ("học sinh có hồ sơ số chưa", "hoc-ba"),
    ("đi nhà thương có phải trả tiền mặt không", "benh-vien"),
    ("ngày chuyển đổi số quốc gia là ngày mấy", "ngay"),
    ("mùng 10 tháng 10 là ngày gì", "ngay"),
    ("ai đi từng ngõ gõ từng nhà", "to-cnscd"),
    ("tổ công nghệ cộng đồng làm gì", "to-cnscd"),
    ("chỉ số bưu chính xếp hạng", "buu-chinh"),
    ("phiên họp thứ 2 của ủy ban quốc gia", "phien-2"),
    ("có nên đưa mã OTP cho người lạ", "lesson-otp"),
    ("bà con Hoà Bình bán heo ở đâu", "p-lua"),
)
NOT_THERE = (
    "giá vàng hôm nay bao nhiêu",
    "cách nấu phở bò",
    "thời tiết ngày mai ra sao",
    "đội nào vô địch bóng đá",
    "số điện thoại taxi",
    "chua dau rang o dau",
)

_TELEX = {"\u0300": "f", "\u0301": "s", "\u0309": "r", "\u0303": "x", "\u0323": "j"}


def telex(text: str) -> str:
    """What stands on the screen when the keyboard does not turn Telex into letters."""
    typed = []
    for word in unicodedata.normalize("NFC", text.lower()).split():
        letters, tone = "", ""
        for char in unicodedata.normalize("NFD", word.replace("đ", "dd")):
            if char == "\u0302":
                letters += letters[-1]
            elif char in "\u0306\u031b":
                letters += "w"
            elif char in _TELEX:
                tone = _TELEX[char]
            else:
                letters += char
        body = letters.rstrip("?,.")
        typed.append(body + tone + letters[len(body) :])
    return " ".join(typed)
