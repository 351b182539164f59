"""pyTelegramBotAPI: AsyncTeleBot with states in memory, webhook on aiohttp."""

import logging

from aiohttp import web
from telebot import asyncio_filters, asyncio_helper
from telebot.async_telebot import AsyncTeleBot
from telebot.asyncio_storage import StateMemoryStorage
from telebot.states import State, StatesGroup
from telebot.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message, Update

from benchmarks.peers.bots import conversation as talk

asyncio_helper.API_URL = talk.API + "/bot{0}/{1}"
bot = AsyncTeleBot(talk.TOKEN, state_storage=StateMemoryStorage())
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
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(words, callback_data=data) for words, data in row] for row in rows]
    )


async def keep(person: int, chat: int, then: State, **answers: str) -> None:
    """Remember an answer and go on."""
    await bot.add_data(person, chat, **answers)
    await bot.set_state(person, then, chat)


@bot.message_handler(commands=["baocao"])
async def begin(message: Message) -> None:
    await bot.set_state(message.from_user.id, Report.day, message.chat.id)
    await bot.add_data(message.from_user.id, message.chat.id, skills="")
    await bot.send_message(message.chat.id, talk.ASK_DAY, reply_markup=keyboard(talk.DAYS))


@bot.callback_query_handler(func=lambda tap: tap.data.startswith("day:"), state=Report.day)
async def day(tap: CallbackQuery) -> None:
    await bot.answer_callback_query(tap.id)
    await keep(tap.from_user.id, tap.message.chat.id, Report.place, day=tap.data[4:])
    await bot.send_message(tap.message.chat.id, talk.ASK_PLACE)


@bot.message_handler(state=Report.place)
async def place(message: Message) -> None:
    await keep(message.from_user.id, message.chat.id, Report.kind, place=message.text)
    await bot.send_message(message.chat.id, talk.ASK_KIND, reply_markup=keyboard(talk.KINDS))


@bot.callback_query_handler(func=lambda tap: tap.data.startswith("kind:"), state=Report.kind)
async def kind(tap: CallbackQuery) -> None:
    await bot.answer_callback_query(tap.id)
    await keep(tap.from_user.id, tap.message.chat.id, Report.households, kind=tap.data[5:])
    await bot.send_message(tap.message.chat.id, talk.ASK_HOUSEHOLDS)


@bot.message_handler(state=Report.households, is_digit=True)
async def households(message: Message) -> None:
    await keep(message.from_user.id, message.chat.id, Report.people, households=message.text)
    await bot.send_message(message.chat.id, talk.ASK_PEOPLE)


@bot.message_handler(state=Report.people, is_digit=True)
async def people(message: Message) -> None:
    await keep(message.from_user.id, message.chat.id, Report.elderly, people=message.text)
    await bot.send_message(message.chat.id, talk.ASK_ELDERLY)


@bot.message_handler(state=Report.elderly, is_digit=True)
async def elderly(message: Message) -> None:
    await keep(message.from_user.id, message.chat.id, Report.skills, elderly=message.text)
    await bot.send_message(message.chat.id, talk.ASK_SKILLS, reply_markup=keyboard(talk.skills("")))


@bot.callback_query_handler(func=lambda tap: tap.data == "skill:=", state=Report.skills)
async def enough(tap: CallbackQuery) -> None:
    await bot.answer_callback_query(tap.id)
    await bot.set_state(tap.from_user.id, Report.result, tap.message.chat.id)
    await bot.send_message(tap.message.chat.id, talk.ASK_RESULT, reply_markup=keyboard(talk.RESULTS))


@bot.callback_query_handler(func=lambda tap: tap.data.startswith("skill:"), state=Report.skills)
async def skill(tap: CallbackQuery) -> None:
    await bot.answer_callback_query(tap.id)
    async with bot.retrieve_data(tap.from_user.id, tap.message.chat.id) as answers:
        chosen = answers["skills"] = talk.toggled(answers["skills"], tap.data[6:])
    await bot.edit_message_text(
        talk.ASK_SKILLS, tap.message.chat.id, tap.message.message_id, reply_markup=keyboard(talk.skills(chosen))
    )


@bot.callback_query_handler(func=lambda tap: tap.data.startswith("result:"), state=Report.result)
async def result(tap: CallbackQuery) -> None:
    await bot.answer_callback_query(tap.id)
    await keep(tap.from_user.id, tap.message.chat.id, Report.confirm, result=tap.data[7:])
    async with bot.retrieve_data(tap.from_user.id, tap.message.chat.id) as answers:
        text = talk.card(answers)
    await bot.send_message(tap.message.chat.id, text, reply_markup=keyboard(talk.CONFIRM))


@bot.callback_query_handler(func=lambda tap: tap.data.startswith("send:"), state=Report.confirm)
async def send(tap: CallbackQuery) -> None:
    await bot.answer_callback_query(tap.id)
    async with bot.retrieve_data(tap.from_user.id, tap.message.chat.id) as data:
        answers = dict(data)
    await bot.delete_state(tap.from_user.id, tap.message.chat.id)
    sent = tap.data == "send:yes"
    await bot.send_message(tap.message.chat.id, reports.file(tap.from_user.id, answers) if sent else talk.DROPPED)


async def hook(request: web.Request) -> web.Response:
    """An update; it is confirmed when it is done with."""
    if request.headers.get("X-Telegram-Bot-Api-Secret-Token") != talk.SECRET:
        return web.Response(status=403)
    await bot.process_new_updates([Update.de_json(await request.text())])
    return web.Response()


async def set_hook(_: web.Application) -> None:
    """Tell the platform where we are."""
    await bot.set_webhook(talk.HOOK_URL, secret_token=talk.SECRET)


def main() -> None:
    """Listen until told to stop."""
    logging.basicConfig(level=logging.WARNING)
    bot.add_custom_filter(asyncio_filters.StateFilter(bot))
    bot.add_custom_filter(asyncio_filters.IsDigitFilter())
    app = web.Application()
    app.router.add_post(talk.HOOK, hook)
    app.on_startup.append(set_hook)
    web.run_app(app, host="127.0.0.1", port=talk.PORT, print=None, access_log=None)


if __name__ == "__main__":
    main()
