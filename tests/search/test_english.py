"""Questions in English find Vietnamese facts, and Vietnamese questions are never taken for English."""

import pytest
import yaml

from bot.library import Library
from bot.search.english import English
from bot.search.finder import Finder
from tests.conftest import CONTENT

ASKED = {
    "How many VNeID accounts are there?": "F000-14",
    "What is Vietnam's rank in e-government?": "F000-05",
    "What was Vietnam's e-government ranking in 2022?": "F001-26",
    "What is the theme of digital transformation in 2025?": "F003-27",
    "What was the theme in 2024?": "F004-17",
    "When is National Digital Transformation Day?": "F004-13",
    "What is Project 06?": "F001-35",
    "How many tasks of Project 06 are finished?": "F000-13",
    "What share of GDP is the digital economy?": "F000-09",
    "How fast is the digital economy growing?": "F000-10",
    "How many people have an electronic health book?": "F000-15",
    "Do hospitals accept cashless payment?": "F000-17",
    "Do students have a digital learning record?": "F000-16",
    "How many communes have fiber internet?": "F001-25",
    "Is there a fee for online public services?": "F003-44",
    "What percentage of adults should use online public services by the end of 2025?": "F003-39",
    "What is the target for applications handled online in 2025?": "F003-38",
    "When should civil servants use digital signatures?": "F003-42",
    "When is the deadline to digitize land data?": "F003-46",
    "When should civil status data be digitized?": "F003-45",
    "When was Resolution 57 issued?": "F003-16",
    "What is Resolution 57 about?": "F000-23",
    "What are the four pillars of the digital economy?": "F004-18",
    "What are the three breakthroughs in digital transformation?": "F004-24",
    "Who teaches digital literacy?": "F003-T2",
    "Who does the digital literacy movement give priority to, elderly people?": "F003-T3",
    "How many accounts does the social insurance app have?": "F001-18",
    "How much money was paid to workers during Covid-19?": "F001-20",
    "What is Vietnam's innovation index ranking in 2023?": "F001-28",
    "What is the postal ranking of Vietnam?": "F001-30",
    "How many Zalo users are there?": "F002-10",
    "What was digital economy revenue in the first quarter of 2022?": "F002-07",
    "What was the share of digital economy in GDP in Q1 2022?": "F002-08",
    "How many officials were to be trained in the second quarter of 2022?": "F002-13",
    "What is the economic growth target for 2025?": "F003-22",
    "Which law on personal data protection goes to parliament?": "F003-51",
    "What does Directive 07 say?": "F003-T6",
    "What were the limitations of online public services in 2024?": "F003-14",
    "Who chaired the meeting on 6/2/2025?": "F000-02",
    "How many people receive social welfare through bank accounts?": "F001-22",
    "What are the five acceleration points?": "F003-18",
    "Nobody left behind?": "F004-08",
}
UNKNOWN = ("How do I renew my passport?", "What is the capital of Japan?", "Where can I buy a bicycle?")


def test_english_questions_find_the_right_fact_first(index: Finder) -> None:
    assert len(ASKED) >= 30
    right = [question for question, fact in ASKED.items() if index.search(question, 1)[0].entry.id == fact]
    assert len(right) / len(ASKED) >= 0.85, sorted(set(ASKED) - set(right))
    assert all(map(index.is_english, ASKED))


def test_none_of_them_is_refused_or_answered_wrongly(index: Finder) -> None:
    for question, fact in ASKED.items():
        found = index.verdict(question)
        assert found.outcome != "refuse", question
        assert fact in {hit.entry.id for hit in found.hits}, question


@pytest.mark.parametrize("question", UNKNOWN)
def test_what_the_documents_do_not_tell_is_not_told_in_english_either(index: Finder, question: str) -> None:
    assert index.is_english(question)
    assert index.verdict(question).outcome == "refuse"


@pytest.mark.parametrize(
    "question",
    [
        "chu de chuyen doi so 2025 la gi",
        "con the nam 2022 thi sao",
        "do an o to tan an",
        "on thi cho con hay do",
        "online app smartphone",
        "hoc online tren app",
        "VNeID",
        "ddeef ans 06 laf gif",
        "10/10",
        "",
        "Thủ tướng how are you",
    ],
)
def test_vietnamese_is_not_taken_for_english(index: Finder, question: str) -> None:
    assert not index.is_english(question)


def test_no_label_nor_keyword_of_the_content_reads_as_english(library: Library, index: Finder) -> None:
    said = [word for fact in library.facts.values() for word in (fact.label, *fact.keywords)]
    assert [word for word in said if index.is_english(word)] == []


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How many public services are free of charge?", "bao nhiêu dịch vụ công phí 0 đồng"),
        ("digital economies in Lao Cai 2022", "kinh tế số Lao Cai 2022"),
        ("Where is it?", ""),
        ("VNeID accounts activated", "tài khoản VNeID kích hoạt"),
    ],
)
def test_known_phrases_are_translated_names_and_numbers_stay(question: str, words: str) -> None:
    pairs = yaml.safe_load((CONTENT / "answers" / "english.yaml").read_text("utf-8"))
    assert English(pairs).translate(question) == words
