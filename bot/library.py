"""The content folder, read once at start, checked, and served frozen."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bot.content import check, files, pictures, scam
from bot.content.check import Group, Parts
from bot.content.files import ContentFault, Document, Entry, Fault, ModelT, Place, report
from bot.core.content import DateRule, Fact, Lesson, Source, Track
from bot.core.forms import Form
from bot.core.lessons import LessonFault, parse_lesson
from bot.core.suspicion.scam import Detector
from bot.core.suspicion.scam_rules import Advice, Owner, ScamSign
from bot.core.text import phrase
from bot.words import CATALOGUES, SOURCE_LOCALE, Words, locale_of, read_catalogue, words_of

__all__ = ["ContentFault", "Fault", "Library", "Words", "load", "read", "report"]

PAIR = "cds: chuyển đổi số"
PAIR_EN = "public service: dịch vụ công"
UNKNOWN = "?"  # the id of something that could not be read
_LESSON_ID = re.compile(r"^id: *['\"]?([\w.-]+)", re.MULTILINE)
READ = {
    "facts": ".yaml",
    "dates": ".yaml",
    "forms": ".yaml",
    "answers": ".yaml",
    "lessons": ".vi.md",
    "pictures": ".svg",
    "scam": ".yaml",
}


@dataclass(frozen=True, slots=True)
class Library:
    """Everything editors wrote, by id, in the order of the files."""

    sources: Mapping[str, Source]
    facts: Mapping[str, Fact]
    dates: Mapping[str, DateRule]
    tracks: Mapping[str, Track]
    lessons: Mapping[str, Lesson]
    forms: Mapping[str, Form]
    abbreviations: Mapping[str, str]
    synonyms: Mapping[str, str]
    english: Mapping[str, str]  # English phrase -> words of the documents
    spoken: Mapping[str, str]  # what is written -> how it is read aloud
    scam: Detector
    advice: Mapping[str, Advice]  # of the scam check, by the moment it is for
    words: Mapping[str, Words]  # locale -> what the bot says in it
    pictures: Mapping[str, str]  # lesson -> its drawing as SVG
    revision: str  # changes when anything that is read does


def load(folder: Path) -> Library:
    """The content of that folder. ContentFault with every fault when it has any."""
    library, faults = read(folder)
    if faults:
        raise ContentFault(faults)
    return library


def read(folder: Path) -> tuple[Library, list[Fault]]:
    """What can be used of that folder, and everything that is wrong in it. A bad file raises nothing."""
    reader = _Reader(folder)
    if not folder.is_dir():
        reader.faults.append(
            Fault(str(folder), 0, "This folder is missing. Set CONTENT_DIR to the folder of the content.")
        )
    parts = Parts(
        sources=reader.lists(Source, "*sources.yaml"),
        facts=reader.lists(Fact, "facts/*.yaml"),
        dates=reader.lists(DateRule, "dates/*.yaml"),
        tracks=reader.lists(Track, "tracks.yaml"),
        lessons=reader.lessons(),
        forms=reader.forms(),
    )
    abbreviations = reader.pairs("answers/abbreviations.yaml", folded=True)
    synonyms = reader.pairs("answers/synonyms.yaml")
    english = reader.english("answers/english.yaml")
    spoken = reader.pairs("answers/spoken.yaml")
    tricks = scam.ScamParts(
        signs=reader.lists(ScamSign, scam.SIGNS),
        owners=reader.lists(Owner, scam.OWNERS),
        advice=reader.lists(Advice, scam.ADVICE),
    )
    words = reader.words()
    drawn = reader.pictures()
    reader.strays()
    reader.faults += check.check(parts)
    reader.faults += pictures.check(drawn, parts.lessons)
    reader.faults += scam.check(tricks, sources=parts.sources, lessons=parts.lessons)
    library = Library(
        sources=_values(parts.sources.entries),
        facts=_values(parts.facts.entries),
        dates=_values(parts.dates.entries),
        tracks=_values(parts.tracks.entries),
        lessons=_values(parts.lessons.entries),
        forms=_values(parts.forms.entries),
        abbreviations=MappingProxyType(abbreviations),
        synonyms=MappingProxyType(synonyms),
        english=MappingProxyType(english),
        spoken=MappingProxyType(spoken),
        scam=tricks.detector(),
        advice=MappingProxyType(tricks.said()),
        words=MappingProxyType(words),
        pictures=MappingProxyType({name: svg for name, (_, svg) in drawn.items()}),
        revision=reader.digest.hexdigest()[:12],
    )
    return library, sorted(set(reader.faults))


def _values(entries: Mapping[str, Entry[ModelT]]) -> Mapping[str, ModelT]:
    return MappingProxyType({name: entry.value for name, entry in entries.items()})


class _Reader:
    """Reads one folder file by file, and keeps what is wrong and a digest of everything."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[Fault] = []
        self.digest = hashlib.sha256()

    def lists(self, model: type[ModelT], pattern: str) -> Group[ModelT]:
        """Files that are lists of one model."""
        found: list[Entry[ModelT]] = []
        ids: list[str] = []
        for document in self.documents(pattern):
            good, wrong = files.entries(model, document)
            self.faults += wrong
            found += good
            ids += _ids(document)
        return self.group(found, ids)

    def forms(self) -> Group[Form]:
        """Files that are one form each."""
        found: list[Entry[Form]] = []
        for document in self.documents("forms/*.yaml"):
            form, wrong = files.entry(Form, document, document.data)
            self.faults += wrong
            found += [form] if form else []
        return self.group(found, [])

    def lessons(self) -> Group[Lesson]:
        """Files that are one lesson each."""
        found: list[Entry[Lesson]] = []
        ids: list[str] = []
        for file, text in self.texts("lessons/*.vi.md"):
            ids.append(line[1] if (line := _LESSON_ID.search(text or "")) else UNKNOWN)
            if text is None:
                continue
            try:
                lesson = parse_lesson(text)
            except LessonFault as fault:
                self.faults.append(Fault(file, fault.line, f"{fault.message[:1].upper()}{fault.message[1:]}."))
            else:
                found.append(Entry(lesson, Document(file, lines=_lesson_lines(lesson, text))))
        return self.group(found, ids)

    def pictures(self) -> dict[str, tuple[str, str]]:
        """The drawings: (file, SVG) by the lesson whose id is the file's name."""
        texts = self.texts(pictures.PATTERN)
        return {Path(file).stem: (file, text) for file, text in texts if text is not None}

    def pairs(self, pattern: str, *, folded: bool = False) -> dict[str, str]:
        """A file of lines `word: what it stands for`; `folded`: the word is written small and without marks."""
        pairs: dict[str, str] = {}
        for document in self.documents(pattern):
            if not isinstance(document.data, dict):
                self.faults += [document.fault(f"This file must be lines of the kind {PAIR}.")] if document.data else []
                continue
            for word, meaning in document.data.items():
                if not isinstance(meaning, str) or not meaning.strip() or not word.strip():
                    self.faults.append(document.fault(f"{word or 'This'} must stand for one text. Write {PAIR}.", word))
                elif folded and phrase(word) != word:
                    self.faults.append(document.fault(f"{word} must be small and without marks: {phrase(word)}", word))
                else:
                    pairs[word] = meaning
        return pairs

    def english(self, pattern: str) -> dict[str, str]:
        """A file of lines `english phrase: words of the documents`; the phrase is small and plain."""
        pairs: dict[str, str] = {}
        for document in self.documents(pattern):
            for phrase_, meaning in document.data.items() if isinstance(document.data, dict) else ():
                if not isinstance(meaning, str) or not meaning.strip():
                    self.faults.append(document.fault(f"{phrase_} must stand for one text. Write {PAIR_EN}.", phrase_))
                elif not phrase_.isascii() or phrase_ != phrase_.lower() or not phrase_.strip():
                    self.faults.append(document.fault(f"{phrase_} must be English, in small letters.", phrase_))
                else:
                    pairs[phrase_] = meaning
        return pairs

    def words(self) -> dict[str, Words]:
        """The catalogue of every language; English needs none."""
        words = {SOURCE_LOCALE: Words(SOURCE_LOCALE)}
        for file, text in self.texts(CATALOGUES):
            locale = locale_of(Path(file))
            catalogue, wrong = read_catalogue(file, text or "", locale)
            self.faults += wrong
            words[locale] = words_of(catalogue, locale) if catalogue else Words(locale)
        return words

    def documents(self, pattern: str) -> Iterator[Document]:
        """The YAML files of that pattern."""
        for file, text in self.texts(pattern):
            document, wrong = (Document(file), []) if text is None else files.parse(file, text)
            self.faults += wrong
            yield document

    def texts(self, pattern: str) -> Iterator[tuple[str, str | None]]:
        """The files of that pattern: name inside the folder, and text; None when it cannot be read."""
        for path in sorted(self.folder.glob(pattern)):
            file = path.relative_to(self.folder).as_posix()
            try:
                data = path.read_bytes()
                text = data.decode("utf-8-sig").replace("\r\n", "\n")
            except OSError:
                self.faults.append(Fault(file, 0, "This file cannot be opened. Look whether it may be read."))
                yield file, None
                continue
            except UnicodeDecodeError as error:
                line = data[: error.start].count(b"\n") + 1
                self.faults.append(Fault(file, line, "This is not UTF-8. Save the file again with the encoding UTF-8."))
                yield file, None
                continue
            self.digest.update(f"{file}\0{len(data)}\0".encode() + data)
            self.faults += files.spelling(file, text)
            yield file, text

    def group(self, found: Iterable[Entry[Any]], ids: Iterable[str]) -> Group[Any]:
        """The entries by id; the first keeps it. `ids` are all that were written, right or wrong."""
        known: dict[str, Entry[Any]] = {}
        for entry in found:
            first = known.setdefault(entry.value.id, entry)
            if first is not entry:
                where = first.fault("", "id")
                message = f"The id {entry.value.id} is taken: {where.file}:{where.line}. Choose another."
                self.faults.append(entry.fault(message, "id"))
        spoilt = frozenset(ids) - known.keys()
        return Group(known, None if UNKNOWN in spoilt else spoilt)

    def strays(self) -> None:
        """Files whose name keeps them from being read."""
        for folder, ending in READ.items():
            for path in sorted(self.folder.glob(f"{folder}/*")):
                if not path.name.endswith((ending, "README.md")) and not path.name.startswith("."):
                    file = path.relative_to(self.folder).as_posix()
                    self.faults.append(
                        Fault(file, 0, f"This file is not read: its name must end in {ending}. Rename it.")
                    )


def _ids(document: Document) -> Iterator[str]:
    """The ids of a list, whatever else is wrong with its items."""
    if not isinstance(document.data, list):
        yield UNKNOWN
        return
    for item in document.data:
        name = item.get("id") if isinstance(item, dict) else None
        yield name if isinstance(name, str) and name else UNKNOWN


def _lesson_lines(lesson: Lesson, text: str) -> dict[Place, int]:
    """Where the keys, steps and questions of a lesson stand."""
    lines: dict[Place, int] = {(): 1}
    for number, line in enumerate(text.split("\n"), start=1):
        if number > 1 and line.startswith("---"):
            break
        key, colon, _ = line.partition(":")
        if colon:
            lines.setdefault((key,), number)
    lines.update({("steps", index): step.line for index, step in enumerate(lesson.steps)})
    lines.update({("quiz", index): item.line for index, item in enumerate(lesson.quiz)})
    return lines
