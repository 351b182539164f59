"""What one line of a saved web page is, judged by the line alone: menu, caption, counter, heading, sentence."""

import re

from bot.core.text import words

_SOCIAL_SHORT = ("fb", "yt", "zl", "tw", "ig", "tt", "in", "mail", "rss")
_SOCIAL_NAMES = ("facebook", "youtube", "zalo", "twitter", "tiktok", "instagram", "linkedin", "pinterest")
SOCIAL = frozenset((*_SOCIAL_SHORT, *_SOCIAL_NAMES))
_CLOSERS = "\"”’')]»* "
_STARTS_LIST = re.compile(
    r"^(?:[-–—+*•●▪◦·✓➢]\s|\(?(?:\d{1,2}|[a-zđ]|[ivx]{1,4})[.)]\s|bước \d|điều \d|khoản \d)", re.IGNORECASE
)
_LETTER = r"[^\W\d_]"
_SENTENCE_END = re.compile(rf"(?<!\b[A-ZĐ])[.!?…][\"”’')\]]*\s+(?=[\"“‘'(]?[^\W_a-zà-ỹ])|{_LETTER}{{2}}\.[\"”’')\]]*$")


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


# Lines that are never part of an article, whatever their place: (reason, most words, pattern of the whole line).
_JUNK: tuple[tuple[str, int, re.Pattern[str]], ...] = (
    (
        "counter",
        9,
        _any_of(
            r"[\d.,\s]+(?:lượt (?:xem|đọc|đánh giá|truy cập|thích|chia sẻ)|người đã bình chọn|bình luận|views?)\.?",
            r"(?:số )?lượt (?:xem|đọc|truy cập|đánh giá)\b\s*:?[\d.,\s]*(?:trung bình\s*:?[\d.,/\s]*)?",
            r"(?:đánh giá|online|(?:đang|khách) (?:online|truy cập)|thống kê|tất cả)\s*:[\d.,/\s]*",
            r"(?:hôm nay|hôm qua|tuần (?:này|trước)|tháng (?:này|trước))\s*:[\d.,/\s]*",
            r"(?:(?:tổng |số |lượt |lượng |người |thống kê )+truy cập)(?:\s*:[\d.,/\s]*)?",
        ),
    ),
    (
        "form",
        10,
        _any_of(
            r"(?:đóng góp|gửi) (?:ý kiến|bình luận|phản hồi)(?: (?:cho|về) (?:(?:tin )?bài(?: viết)?|tin|bạn))?[.:*]*",
            r"ý kiến (?:của bạn|bạn đọc)[.:*]*|bình luận(?: \(\d+\))?[.:*]*|bình chọn[.:*]*",
            r"mã (?:xác thực|bảo mật|kiểm tra)(?: không đúng)?[.:*]*",
            r"thăm dò ý kiến.*|đánh giá của bạn .*",
            r"(?:họ (?:và )?tên|email|tiêu đề|nội dung(?: bình luận)?)\s*[:*]*",
            r"(?:bạn )?(?:vui lòng|hãy) (?:nhập|đăng nhập) .*(?:bình luận|ý kiến|mã xác thực).*",
        ),
    ),
    (
        "menu",
        12,
        _any_of(
            r"truy cập nội dung luôn|(?:chuyển|đi|nhảy) (?:đến|tới) nội dung.*|bỏ qua (?:nội dung|điều hướng).*",
            r"liên kết (?:website|web|trang)|trang chủ|sơ đồ (?:trang|website|cổng).*|xem tất cả|liên hệ|menu",
            r"đăng nhập|đăng ký|tìm kiếm|quay lại|(?:về|lên) đầu trang|cỡ chữ.*|theo dõi .*google news.*",
            r"in(?: trang| bài(?: viết)?)?|gửi (?:email|mail|cho bạn bè)|chia sẻ(?: bài viết)?:?",
            r"chào mừng (?:bạn|quý) .*|(?:nghe|lưu) (?:đọc )?bài(?: viết)?|từ khóa\s*:.*|tags?\s*:.*",
        ),
    ),
    ("menu", 16, _any_of(r"[^.!?]{1,60}(?: [>»›→] [^.!?]{1,90})+")),
    (
        "audio or file",
        14,
        _any_of(
            r"(?:audio|video|podcast|nghe audio|(?:tệp|file) đính kèm)\s*:.*",
            r"\S.*\.(?:mp3|mp4|wav|m4a|jpe?g|png|gif|webp|pdf|docx?|xlsx?)",
        ),
    ),
    (
        "credit",
        9,
        _any_of(
            r"(?:tin|bài)(?: bài|,? ?ảnh| và ảnh|[-–] ?ảnh)?\s*:.{2,60}",
            r"(?:tác giả|người (?:viết|đăng)|biên tập(?: viên)?)\s*:.{2,60}",
            r"(?:thực hiện|phóng viên|nguồn ảnh|ảnh và video)\s*:.{2,60}",
            r"(?:nhóm )?(?:pv|bbt|ctv|phóng viên|ban biên tập)",
            r"\S.{0,30}\((?:t/h|tổng hợp|th)\)",
        ),
    ),
    (
        "caption",
        80,
        _any_of(
            r"\(?(?:ảnh|đồ họa|infographic)(?: (?:minh họa|tư liệu|internet|chụp màn hình))?\s*[:.)].*",
            r"\(?(?:hình |hình ảnh |ảnh )(?:minh họa|tư liệu)",
            r".*[-–—(.]\s*(?:nguồn )?(?:ảnh|đồ họa)\s*(?::[^\d:]{1,60}|minh họa|tư liệu)\)?[.]?",
        ),
    ),
    ("teaser", 40, _any_of(r"(?:(?:xem thêm|đọc thêm|tin liên quan|bài liên quan)\s*:|>{2,}|»)\s*\S.*")),
    (
        "footer",
        40,
        _any_of(
            r"(?:©|\(c\)|copyright|bản quyền (?:thuộc|©)|giấy phép (?:số|thiết lập|hoạt động)).*",
            r"(?:cơ quan chủ quản|chịu trách nhiệm (?:chính|nội dung|xuất bản)).*",
            r"(?:(?:đề nghị |vui lòng )?ghi rõ nguồn|thiết kế bởi).*",
        ),
    ),
)
_RELATED = re.compile(
    r"(?:(?:có thể bạn|bạn có thể) quan tâm|tin tức liên quan|cùng chuyên mục|đừng bỏ lỡ|các bài (?:khác|trước)"
    r"|(?:các )?(?:tin|bài)(?: viết| bài)? (?:cùng (?:chuyên mục|chủ đề|mục)|liên quan|khác)"
    r"|(?:các )?(?:tin|bài)(?: viết| bài)? (?:mới(?: nhất| hơn)?|cũ hơn|nổi bật)"
    r"|(?:(?:tin|bài) )?(?:đọc nhiều|xem nhiều)(?: nhất)?|xem thêm|đọc thêm)\s*[:.»]*",
    re.IGNORECASE,
)
_GOALS = re.compile(r"mục tiêu\s*(?:&|và|-|,)\s*định hướng.{0,30}", re.IGNORECASE)
_FIGURE = re.compile(r"[<>≤≥~]?\s*\d[\d.,]*\s*(?:%|[A-Z]\b|triệu|tỷ|nghìn)?(?:\s*/\s*\d\w?)?(?:\s+[\w/]{1,8})?\+?")
_SOURCE = re.compile(r"\(?nguồn(?: tin| bài)?\s*:\s*(?P<source>[^:]{2,120}?)\s*\)?\.?", re.IGNORECASE)
_AFTER = re.compile(r"\(?theo\s*:?\s+(?P<source>[^,;:]{2,60}?)\s*\)?", re.IGNORECASE)
_PRESS = re.compile(
    r"\b(?:\w[\w-]*\.)+[a-z]{2,}\b"
    r"|\b(?:báo|tạp chí|cổng|trang|đài|thông tấn xã|ttxvn|vgp|vov|vtv|chinhphu|vnexpress)\b",
    re.IGNORECASE,
)
_STOPS_SOURCE = re.compile(r"theo (?:dõi|đó|quy|báo cáo|kế hoạch|thống kê|ông|bà)\b", re.IGNORECASE)

_SCENE = re.compile(
    r"(?:(?:các )?đại biểu (?:tham )?(?:dự|tham quan|chụp|bấm nút|thực hiện nghi|theo dõi|trải nghiệm)"
    r"|(?:quang|toàn|khung) cảnh|một góc)\b",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"(?:(?:các )?(?:đồng chí|đại biểu|thành viên)|(?:phó )?(?:thủ tướng|chủ tịch|bí thư|giám đốc)|bộ trưởng|thứ trưởng"
    r"|ông|bà|lãnh đạo|đoàn viên|thanh niên|cán bộ|chiến sĩ|người dân|bà con|học sinh|tổ công nghệ số)\b.*"
    r"\b(?:phát biểu|dự|trao|tặng|thăm|chụp ảnh|chủ trì|kết luận|hướng dẫn|báo cáo|tham quan"
    r"|tại (?:buổi|lễ|hội nghị))\b",
    re.IGNORECASE,
)
_EVENT = re.compile(
    r"(?:hội nghị|phiên họp|cuộc họp|buổi (?:lễ|làm việc|tập huấn)|lễ|chương trình|lớp (?:tập huấn|học)|hội thảo"
    r"|tọa đàm|điểm cầu)\b",
    re.IGNORECASE,
)
_SAYS = re.compile(
    r"[:\"“”]|\b(?:rằng|đề nghị|yêu cầu|nhấn mạnh|khẳng định|cho biết|cho rằng|giao|phải|cần)\b", re.IGNORECASE
)
_GATHERED = re.compile(r"\b(?:đại biểu|đồng chí|điểm cầu|quang cảnh|tham dự|dự)\b", re.IGNORECASE)

SENTENCE_WORDS = 8  # fewer words with a full stop may still be a label
LONG_WORDS = 25  # a line of this many words is a paragraph, not a caption
SCENE_WORDS = 20
EVENT_WORDS = 16
RESTATED_WORDS = 60
HEADING_WORDS = 30
TITLE_WORDS = 45
FIGURE_CHARS = 16
CAPTION_WORDS = 40
NAME_WORDS = 4
SHOUTED_WORDS = 3  # an all-capitals line of more words is a heading
_JUNK_CHARS = 600


def word_count(text: str) -> int:
    """How many words separated by spaces."""
    return len(text.split())


def junk_reason(text: str) -> str:
    """Why a line is never part of an article, wherever it stands; "" when it may be."""
    tokens = words(text)
    if not tokens:
        return "no words"
    if len(tokens) > 1 and SOCIAL.issuperset(tokens):
        return "social links"
    count = word_count(text)
    if len(text) > _JUNK_CHARS:
        return ""
    for reason, most, pattern in _JUNK:
        if count <= most and pattern.fullmatch(text) and (found := _looked_at_twice(reason, text)):
            return found
    return "caption" if count <= SCENE_WORDS and _SCENE.match(text) and one_sentence(text) else ""


def _looked_at_twice(reason: str, text: str) -> str:
    """A caption that is only "Ảnh: A Name" is a credit; a credit without a name is none, nor is a whole paragraph."""
    label, _, rest = text.partition(":")
    named = all(is_name(part.strip()) for part in re.split(r"[,;&/–]| - | và ", rest))
    if reason == "caption":
        if named and word_count(label) == 1:
            return "credit"
        return "" if word_count(text) > CAPTION_WORDS and not one_sentence(text) else reason
    return "" if reason == "credit" and rest and not named else reason


def ends_sentence(text: str) -> bool:
    """Ends in . ! ? … : or ; (closing quotes and brackets aside)."""
    return text.rstrip(_CLOSERS).endswith((".", "!", "?", "…", ":", ";"))


def one_sentence(text: str) -> bool:
    """Has no sentence end inside."""
    return not _SENTENCE_END.search(text.rstrip(_CLOSERS + ".!?…"))


def ends_cut(text: str) -> bool:
    """Ends in "..." or "…", as a teaser cut by the page does (a list cut by its author does too)."""
    return text.rstrip().endswith(("...", "…"))


def in_list(text: str) -> bool:
    """Starts with a dash, a bullet, "a)", "1.", "Bước 2", "Điều 3"."""
    return bool(_STARTS_LIST.match(text))


def is_sentence(text: str) -> bool:
    """Reads as running text: enough words, ends as a sentence does; a question or call needs more words."""
    count = word_count(text)
    if count < SENTENCE_WORDS or not ends_sentence(text):
        return count > TITLE_WORDS or (count >= SENTENCE_WORDS and not one_sentence(text))
    return not text.rstrip(_CLOSERS).endswith(("!", "?")) or count >= SCENE_WORDS


def is_heading(text: str, *, most: int = HEADING_WORDS) -> bool:
    """A line without an end mark that starts as a heading does: capital, digit or opening quote."""
    return (
        2 <= word_count(text) <= most  # noqa: PLR2004  one word is a label
        and not ends_sentence(text)
        and not text.endswith(",")
        and not in_list(text)
        and (text[0].isupper() or text[0].isdigit() or text[0] in "\"“'‘«(")
    )


def may_be_title(text: str) -> bool:
    """A heading, also one that asks or calls."""
    plain = text.rstrip(_CLOSERS)
    if plain.endswith(("!", "?")) and one_sentence(plain):
        plain = plain.rstrip("!?…. ")
    return is_heading(plain, most=TITLE_WORDS)


def is_name(text: str) -> bool:
    """Two to four capitalised words and nothing else, or initials: "Nguyễn Văn A", "V.H"."""
    parts = text.rstrip(".").split()
    if len(parts) == 1:
        return bool(re.fullmatch(r"(?:[A-ZĐ]\.){1,3}[A-ZĐ]?\.?", text))
    if len(parts) > (SHOUTED_WORDS if text.isupper() else NAME_WORDS):
        return False
    return bool(parts) and all(re.fullmatch(rf"{_LETTER}[\w./-]*", part) and part[0].isupper() for part in parts)


def is_related_header(text: str) -> bool:
    """The heading of a box with other articles."""
    return bool(_RELATED.fullmatch(text))


def is_goals_header(text: str) -> bool:
    """The heading of a fixed block of goals."""
    return bool(_GOALS.fullmatch(text))


def is_figure(text: str) -> bool:
    """A line that is only a number with its unit: ">50%", "25% GRDP"."""
    return len(text) <= FIGURE_CHARS and bool(_FIGURE.fullmatch(text))


def source_of(text: str) -> str:
    """The source a source line names ("Nguồn: …", "Theo baochinhphu.vn"); "" when it is no source line."""
    if len(text) > _JUNK_CHARS:
        return ""
    if (found := _SOURCE.fullmatch(text)) and word_count(text) <= LONG_WORDS:
        named = found["source"]
        return "" if re.fullmatch(r"(?:internet|sưu tầm|tác giả)\.?", named, re.IGNORECASE) else named
    if word_count(text) > SENTENCE_WORDS or _STOPS_SOURCE.match(text.lstrip("(")):
        return ""
    found = _AFTER.fullmatch(text)
    return found["source"] if found and _PRESS.search(found["source"]) else ""


def may_be_caption(text: str) -> bool:
    """One short sentence that shows a scene and says nothing: a caption, if it stands between long paragraphs."""
    count = word_count(text)
    if count > SCENE_WORDS or len(text) > _JUNK_CHARS or in_list(text) or not one_sentence(text):
        return False
    if any(char.isdigit() for char in text) or _SAYS.search(text):
        return False
    return bool(_PERSON.match(text)) or (count <= EVENT_WORDS and bool(_EVENT.match(text)))


def may_restate(text: str) -> bool:
    """One sentence of who was there: a caption, if a neighbour says the same."""
    if word_count(text) > RESTATED_WORDS or in_list(text) or not one_sentence(text):
        return False
    return bool(_GATHERED.search(text))


def triples(text: str) -> frozenset[tuple[str, ...]]:
    """Every three words in a row, folded."""
    tokens = words(text)
    return frozenset(zip(tokens, tokens[1:], tokens[2:], strict=False))
