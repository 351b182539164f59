"""python-telegram-bot: a ConversationHandler kept in a pickle, its own webhook server."""

import logging
import os
import warnings
from pathlib import Path

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    PicklePersistence,
    filters,
)

from benchmarks.peers.bots import conversation as talk

DAY, PLACE, KIND, HOUSEHOLDS, PEOPLE, ELDERLY, SKILLS, RESULT, CONFIRM = range(9)
TEXT = filters.TEXT & ~filters.COMMAND
NUMBER = filters.Regex(r"^\d+$")
Context = ContextTypes.DEFAULT_TYPE
reports = talk.Reports()


def keyboard(rows: talk.Rows) -> InlineKeyboardMarkup:
    """The buttons as the library wants them."""
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(words, callback_data=data) for words, data in row] for row in rows]
    )


async def begin(update: Update, context: Context) -> int:
    context.user_data["report"] = {"skills": ""}
    await update.message.reply_text(talk.ASK_DAY, reply_markup=keyboard(talk.DAYS))
    return DAY


async def day(update: Update, context: Context) -> int:
    await update.callback_query.answer()
    context.user_data["report"]["day"] = update.callback_query.data[4:]
    await update.effective_message.reply_text(talk.ASK_PLACE)
    return PLACE


async def place(update: Update, context: Context) -> int:
    context.user_data["report"]["place"] = update.message.text
    await update.message.reply_text(talk.ASK_KIND, reply_markup=keyboard(talk.KINDS))
    return KIND


async def kind(update: Update, context: Context) -> int:
    await update.callback_query.answer()
    context.user_data["report"]["kind"] = update.callback_query.data[5:]
    await update.effective_message.reply_text(talk.ASK_HOUSEHOLDS)
    return HOUSEHOLDS


async def households(update: Update, context: Context) -> int:
    context.user_data["report"]["households"] = update.message.text
    await update.message.reply_text(talk.ASK_PEOPLE)
    return PEOPLE


async def people(update: Update, context: Context) -> int:
    context.user_data["report"]["people"] = update.message.text
    await update.message.reply_text(talk.ASK_ELDERLY)
    return ELDERLY


async def elderly(update: Update, context: Context) -> int:
    context.user_data["report"]["elderly"] = update.message.text
    await update.message.reply_text(talk.ASK_SKILLS, reply_markup=keyboard(talk.skills("")))
    return SKILLS


async def skill(update: Update, context: Context) -> int:
    await update.callback_query.answer()
    answers, name = context.user_data["report"], update.callback_query.data[6:]
    if name == "=":
        await update.effective_message.reply_text(talk.ASK_RESULT, reply_markup=keyboard(talk.RESULTS))
        return RESULT
    answers["skills"] = talk.toggled(answers["skills"], name)
    await update.effective_message.edit_text(talk.ASK_SKILLS, reply_markup=keyboard(talk.skills(answers["skills"])))
    return SKILLS


async def result(update: Update, context: Context) -> int:
    await update.callback_query.answer()
    answers = context.user_data["report"]
    answers["result"] = update.callback_query.data[7:]
    await update.effective_message.reply_text(talk.card(answers), reply_markup=keyboard(talk.CONFIRM))
    return CONFIRM


async def send(update: Update, context: Context) -> int:
    await update.callback_query.answer()
    answers = context.user_data.pop("report")
    sent = update.callback_query.data == "send:yes"
    await update.effective_message.reply_text(reports.file(update.effective_user.id, answers) if sent else talk.DROPPED)
    return ConversationHandler.END


def main() -> None:
    """Listen until told to stop."""
    logging.basicConfig(level=logging.WARNING)
    warnings.filterwarnings("ignore")
    kept = PicklePersistence(Path(os.environ["REPORTS"]).with_suffix(".pickle"))
    app = Application.builder().token(talk.TOKEN).base_url(talk.API + "/bot").persistence(kept).build()
    entry = [CommandHandler("baocao", begin)]
    states = {
        DAY: [CallbackQueryHandler(day, "^day:")],
        PLACE: [MessageHandler(TEXT, place)],
        KIND: [CallbackQueryHandler(kind, "^kind:")],
        HOUSEHOLDS: [MessageHandler(NUMBER, households)],
        PEOPLE: [MessageHandler(NUMBER, people)],
        ELDERLY: [MessageHandler(NUMBER, elderly)],
        SKILLS: [CallbackQueryHandler(skill, "^skill:")],
        RESULT: [CallbackQueryHandler(result, "^result:")],
        CONFIRM: [CallbackQueryHandler(send, "^send:")],
    }
    app.add_handler(
        ConversationHandler(entry_points=entry, states=states, fallbacks=entry, name="report", persistent=True)
    )
    app.run_webhook(
        listen="127.0.0.1",
        port=talk.PORT,
        url_path=talk.HOOK.lstrip("/"),
        secret_token=talk.SECRET,
        webhook_url=talk.HOOK_URL,
    )


if __name__ == "__main__":
    main()
