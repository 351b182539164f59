"""aiogram 3: a finite-state machine in memory, webhook on aiohttp."""

import logging

from aiogram import Bot, Dispatcher, F, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.memory import MemoryStorage
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web

from benchmarks.peers.bots import conversation as talk

router = Router()
reports = talk.Reports()


class Report(StatesGroup):
    """Where somebody is."""

    day = State()
    place = State()
    kind = State()
    households = State()
    people = State()
    elderly = State()
    skills = State()
    result = State()
    confirm = State()


def keyboard(rows: talk.Rows) -> InlineKeyboardMarkup:
    """The buttons as the library wants them."""
    buttons = [[InlineKeyboardButton(text=words, callback_data=data) for words, data in row] for row in rows]
    return InlineKeyboardMarkup(inline_keyboard=buttons)


@router.message(Command("baocao"))
async def begin(message: Message, state: FSMContext) -> None:
    await state.set_state(Report.day)
    await state.set_data({"skills": ""})
    await message.answer(talk.ASK_DAY, reply_markup=keyboard(talk.DAYS))


@router.callback_query(Report.day, F.data.startswith("day:"))
async def day(tap: CallbackQuery, state: FSMContext) -> None:
    await tap.answer()
    await state.update_data(day=tap.data[4:])
    await state.set_state(Report.place)
    await tap.message.answer(talk.ASK_PLACE)


@router.message(Report.place, F.text)
async def place(message: Message, state: FSMContext) -> None:
    await state.update_data(place=message.text)
    await state.set_state(Report.kind)
    await message.answer(talk.ASK_KIND, reply_markup=keyboard(talk.KINDS))


@router.callback_query(Report.kind, F.data.startswith("kind:"))
async def kind(tap: CallbackQuery, state: FSMContext) -> None:
    await tap.answer()
    await state.update_data(kind=tap.data[5:])
    await state.set_state(Report.households)
    await tap.message.answer(talk.ASK_HOUSEHOLDS)


@router.message(Report.households, F.text.isdigit())
async def households(message: Message, state: FSMContext) -> None:
    await state.update_data(households=message.text)
    await state.set_state(Report.people)
    await message.answer(talk.ASK_PEOPLE)


@router.message(Report.people, F.text.isdigit())
async def people(message: Message, state: FSMContext) -> None:
    await state.update_data(people=message.text)
    await state.set_state(Report.elderly)
    await message.answer(talk.ASK_ELDERLY)


@router.message(Report.elderly, F.text.isdigit())
async def elderly(message: Message, state: FSMContext) -> None:
    await state.update_data(elderly=message.text)
    await state.set_state(Report.skills)
    await message.answer(talk.ASK_SKILLS, reply_markup=keyboard(talk.skills("")))


@router.callback_query(Report.skills, F.data == "skill:=")
async def enough(tap: CallbackQuery, state: FSMContext) -> None:
    await tap.answer()
    await state.set_state(Report.result)
    await tap.message.answer(talk.ASK_RESULT, reply_markup=keyboard(talk.RESULTS))


@router.callback_query(Report.skills, F.data.startswith("skill:"))
async def skill(tap: CallbackQuery, state: FSMContext) -> None:
    await tap.answer()
    chosen = talk.toggled((await state.get_data())["skills"], tap.data[6:])
    await state.update_data(skills=chosen)
    await tap.message.edit_text(talk.ASK_SKILLS, reply_markup=keyboard(talk.skills(chosen)))


@router.callback_query(Report.result, F.data.startswith("result:"))
async def result(tap: CallbackQuery, state: FSMContext) -> None:
    await tap.answer()
    answers = await state.update_data(result=tap.data[7:])
    await state.set_state(Report.confirm)
    await tap.message.answer(talk.card(answers), reply_markup=keyboard(talk.CONFIRM))


@router.callback_query(Report.confirm, F.data.startswith("send:"))
async def send(tap: CallbackQuery, state: FSMContext) -> None:
    await tap.answer()
    answers = await state.get_data()
    await state.clear()
    await tap.message.answer(reports.file(tap.from_user.id, answers) if tap.data == "send:yes" else talk.DROPPED)


def main() -> None:
    """Listen until told to stop."""
    logging.basicConfig(level=logging.WARNING)
    dispatcher = Dispatcher(storage=MemoryStorage())
    dispatcher.include_router(router)
    bot = Bot(talk.TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(talk.API)))
    app = web.Application()
    SimpleRequestHandler(dispatcher, bot, secret_token=talk.SECRET).register(app, path=talk.HOOK)
    setup_application(app, dispatcher, bot=bot)

    async def set_hook(_: web.Application) -> None:
        await bot.set_webhook(talk.HOOK_URL, secret_token=talk.SECRET)

    app.on_startup.append(set_hook)
    web.run_app(app, host="127.0.0.1", port=talk.PORT, print=None, access_log=None)


if __name__ == "__main__":
    main()
