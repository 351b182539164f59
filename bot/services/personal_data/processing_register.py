"""The register of processing, and the impact assessment, as far as the program knows itself; the rest is left blank.

Vietnamese without abbreviations, for the commune to complete and sign. What the law's own forms look like was not
seen: the headings are ours (decision 0032).
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Final

from bot.services.personal_data.my_data import LABELS
from bot.services.personal_data.retention import Periods
from bot.storage import personal_data
from bot.storage.database import Transaction
from bot.storage.erasing import delete_rows, let_go, silence, stays
from bot.storage.personal_data import RULES
from bot.words import Words

BLANK: Final = "…………………………………………"
PURPOSES: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "Học và hỏi đáp (sự đồng ý: học)": (
        "learn",
        (
            "lesson_progress", "review_card", "review_reminder", "certificate", "told_fact", "answer_mark",
            "open_question", "follow_up", "outbox", "conversation",
        ),
    ),
    "Ghi và tổng hợp phiếu của tổ (sự đồng ý: phiếu)": (
        "report",
        (
            "member", "join_request", "invite", "code_attempt", "report", "report_version", "report_query", "broadcast",
            "broadcast_recipient", "local_fact", "fact_recall", "team_date", "team_pause", "dashboard_pass",
        ),
    ),
    "Nhắc việc (sự đồng ý: nhắc)": ("remind", ("reminder_setting", "reminder_mute", "due", "calendar_feed")),
    "Chứng minh việc tuân thủ (nghĩa vụ của bên kiểm soát)": ("", ("consent", "data_request", "erasure", "audit")),
    "Liên lạc (cần cho mọi mục đích trên)": ("", ("contact", "link_code")),
}  # fmt: skip
_PERIOD_OF: Final[Mapping[str, str]] = {
    "outbox": "messages", "code_attempt": "inbox", "dashboard_pass": "inbox", "told_fact": "answers",
    "answer_mark": "questions", "open_question": "questions", "due": "news", "join_request": "news", "audit": "audit",
    "consent": "proofs", "data_request": "proofs",
}  # fmt: skip
_OWN: Final = (
    ("Thông tin chung", "tên hiển thị, cách xưng hô, ngôn ngữ, không nhận tin tự động", "đến khi xóa", "xóa"),
    ("Tin đã nhận", "mã số tin, giờ nhận; lời chỉ giữ khi xử lý hỏng, cho tới lần thử lại", "xem mục 3", "xóa"),
)
_PERIODS: Final[Mapping[str, str]] = {
    "messages": "Tin đã gửi", "inbox": "Mã số tin đã nhận, mã mời gõ sai, đường dẫn đã dùng",
    "answers": "Ai đã được trả lời dữ kiện nào", "questions": "Câu hỏi và đánh giá câu trả lời",
    "news": "Nhắc việc và tin báo đã xong", "audit": "Ai đã thay đổi gì",
    "proofs": "Bằng chứng đồng ý đã rút, yêu cầu đã giải quyết",
}  # fmt: skip
_CHANNELS: Final = (
    ("Trang web của chương trình", "Máy chủ của xã, phường", "Không, nếu máy chủ đặt tại Việt Nam", ""),
    ("Zalo", "Tin đi qua nền tảng Zalo", BLANK, "Nơi lưu của nền tảng: chưa xác minh"),
    (
        "Telegram",
        "Tin đi qua nền tảng Telegram",
        "Coi là chuyển dữ liệu cá nhân ra nước ngoài",
        "Nền tảng ở nước ngoài; tại Việt Nam từng có yêu cầu chặn năm 2025",
    ),
)
_RIGHTS: Final = (
    "Gõ “dữ liệu của tôi” trên mọi kênh: xem, tải về, sửa, rút lại đồng ý, tạm ngừng dùng, xóa, yêu cầu khác. "
    "Trả lời trong 2 ngày làm việc, làm xong trong 15 ngày (theo bản tóm tắt đã đọc, chưa đối chiếu nguyên văn).\n"
)
_NEVER: Final = (
    "Chương trình không hỏi và không lưu: số căn cước, ngày sinh, địa chỉ nhà, dân tộc, tôn giáo, sức khỏe, "
    "tài khoản ngân hàng, ảnh giấy tờ.\n"
)
_RISKS: Final = (
    ("Người lạ đoán hoặc nhặt được mã mời", "Mã dùng ít lần, có hạn, giới hạn lượt gõ sai, có thể cần duyệt"),
    ("Người dân gửi số căn cước, số điện thoại", "Số được che trước khi lưu; chương trình nhắc đừng gửi"),
    ("Lộ tên người dân trong phiếu", "Phiếu chỉ ghi số lượng; ghi chú được che số"),
    ("Mất máy chủ hoặc lộ bản sao lưu", "Bản sao lưu được mã hóa; xóa được làm lại sau khi khôi phục"),
    (
        "Tệp cơ sở dữ liệu bị lấy mất",
        "Tên, lời đã gửi, chỗ đang nói dở và tệp được mã hóa từng dòng (AES-256-GCM); khóa nằm ngoài cơ sở dữ liệu",
    ),
    (
        "Cả máy chủ bị lấy mất, kèm khóa; số trò chuyện, câu hỏi, ghi chú phiếu",
        "Không mã hóa từng dòng: cần mã hóa ổ đĩa của máy chủ; đổi khóa bằng tungngo privacy rotate",
    ),
    ("Nền tảng nhắn tin giữ bản sao tin nhắn", "Ngoài tầm của chương trình: ghi rõ khi xin đồng ý"),
)


def write(tx: Transaction, words: Words, *, periods: Periods, today: date) -> str:
    """Both documents as Markdown."""
    parts = [
        *_head("Sổ ghi hoạt động xử lý dữ liệu cá nhân", today),
        *_controller(),
        "## 2. Mục đích, loại dữ liệu, thời hạn",
        *_purposes(tx, words, periods),
        "## 3. Thời hạn lưu giữ",
        *_table(("Loại", "Số ngày"), ((_PERIODS[name], str(days)) for name, days in asdict(periods).items())),
        "Ảnh và tệp: 14 ngày; tệp dữ liệu của từng người: 2 ngày. Các loại khác giữ đến khi người đó yêu cầu xóa.\n",
        "## 4. Nơi dữ liệu đi qua",
        *_table(("Kênh", "Nơi xử lý", "Chuyển ra nước ngoài", "Ghi chú"), _CHANNELS),
        "## 5. Quyền của người có dữ liệu",
        _RIGHTS,
        *_sign(),
        *_head("Báo cáo đánh giá tác động xử lý dữ liệu cá nhân", today),
        "## 1. Sự cần thiết và mức độ tối thiểu",
        f"Vì sao cần xử lý: {BLANK}\n",
        _NEVER,
        f"Dữ liệu của trẻ em: chương trình dành cho người lớn. Biện pháp của xã, phường: {BLANK}\n",
        "## 2. Rủi ro và biện pháp",
        *_table(("Rủi ro", "Biện pháp đã có", "Mức độ còn lại"), ((*each, BLANK) for each in _RISKS)),
        "## 3. Chuyển dữ liệu ra nước ngoài",
        f"Kênh Telegram có dùng hay không: {BLANK}\n\nHồ sơ đánh giá chuyển dữ liệu đã nộp ngày: {BLANK}\n",
        "## 4. Kết luận của bên kiểm soát",
        f"{BLANK}\n",
        *_sign(),
    ]
    return "\n".join(parts)


def _head(title: str, today: date) -> Iterable[str]:
    yield f"# {title}\n"
    yield f"Lập ngày {today:%d/%m/%Y} từ chính các bảng của chương trình Từng Ngõ. Chỗ chấm do xã, phường điền.\n"
    yield "Mẫu này do người làm chương trình soạn, chưa phải mẫu của cơ quan nhà nước. Đối chiếu trước khi nộp.\n"


def _controller() -> Iterable[str]:
    yield "## 1. Bên kiểm soát và bên xử lý\n"
    for line in (
        "Bên kiểm soát (Ủy ban nhân dân xã, phường)",
        "Người đại diện, chức vụ",
        "Người phụ trách bảo vệ dữ liệu cá nhân, số điện thoại",
        "Bên vận hành máy chủ, hợp đồng số",
        "Nơi đặt máy chủ",
    ):
        yield f"- {line}: {BLANK}"
    yield ""


def _purposes(tx: Transaction, words: Words, periods: Periods) -> Iterable[str]:
    days = asdict(periods)
    for title, (_, tables) in PURPOSES.items():
        yield f"### {title}\n"
        rows = []
        for table in tables:
            for name, rule in RULES.items():
                if name.partition(".")[0] == table and rule.kind:
                    kept = f"{days[_PERIOD_OF[table]]} ngày" if table in _PERIOD_OF else "đến khi xóa"
                    rows.append((words.say(rule.kind), _fields(rule.show, words), kept, _fate(name), _count(tx, table)))
        rows += [(*each, _count(tx, "person")) for each in _OWN] if "contact" in tables else []
        yield from _table(("Loại dữ liệu", "Trường", "Lưu giữ", "Khi người đó xóa", "Số dòng hiện có"), rows)


def _fields(columns: Iterable[str], words: Words) -> str:
    return ", ".join(dict.fromkeys(words.say(LABELS[each]).lower() for each in columns))


def _fate(name: str) -> str:
    if RULES[name].erase in (delete_rows, let_go, silence):
        return "xóa"
    return "giữ làm bằng chứng" if RULES[name].erase is stays else "giữ lại, bỏ tên và lời viết"


def _count(tx: Transaction, table: str) -> str:
    return str(personal_data.size(tx, table))


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterable[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""


def _sign() -> Iterable[str]:
    yield f"{BLANK}, ngày …… tháng …… năm ………\n"
    yield "Người lập (ký, ghi rõ họ tên)" + " " * 8 + "Người đứng đầu (ký, đóng dấu)\n"
