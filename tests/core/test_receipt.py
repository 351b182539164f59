from bot.core.receipt import read_receipt, receipt_number


def test_a_number_is_read_as_it_is_written() -> None:
    assert receipt_number("TM", 2026, 42) == "TM-2026-0042"
    assert read_receipt(receipt_number("TM", 2026, 123456)) == ("TM", 2026, 123456)
    assert read_receipt(" tm 2026 42 ") == ("TM", 2026, 42)


def test_what_is_no_number_is_none() -> None:
    assert [read_receipt(text) for text in ("", "TM", "TM-26-1", "TM-2026-1234567")] == [None] * 4
