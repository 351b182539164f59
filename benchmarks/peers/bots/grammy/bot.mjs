// grammY: sessions and reports in one SQLite file through better-sqlite3, webhook on node:http.
// The same conversation as the Python peers have (../conversation.py).

import { createServer } from "node:http";

import Database from "better-sqlite3";
import { Bot, InlineKeyboard, session, webhookCallback } from "grammy";

const { API, HOOK, PORT, REPORTS, SECRET, TOKEN } = process.env;

const DAYS = [[["Hôm nay", "day:today"], ["Hôm qua", "day:yesterday"]]];
const KINDS = [[["Tại nhà", "kind:home"]], [["Lớp tập trung", "kind:class"]], [["Điểm hỗ trợ", "kind:point"]]];
const RESULTS = [[["Tự làm được", "result:done"]], [["Cần tới lại", "result:again"]]];
const CONFIRM = [[["Gửi", "send:yes"], ["Bỏ", "send:no"]]];
const ASK_SKILLS = "Đã hướng dẫn việc gì? Chọn được nhiều việc; chọn đủ thì bấm “Chọn xong”.";
const SKILLS = {
  vneid: "VNeID",
  dvc: "Dịch vụ công",
  payment: "Thanh toán số",
  shopping: "Mua bán trên mạng",
  safety: "Phòng lừa đảo",
  health: "Sổ sức khỏe",
};

const keyboard = (rows) => ({
  reply_markup: InlineKeyboard.from(rows.map((row) => row.map(([words, data]) => InlineKeyboard.text(words, data)))),
});

const skills = (chosen) =>
  keyboard([
    ...Object.entries(SKILLS).map(([name, words]) => [[(chosen.includes(name) ? "✓ " : "") + words, `skill:${name}`]]),
    [["Chọn xong", "skill:="]],
  ]);

const card = (report) =>
  `📋 Đã hiểu:\nNgày: ${report.day}\nNơi: ${report.place}\nCách làm: ${report.kind}\n` +
  `Số hộ: ${report.households}\nLượt người: ${report.people}\nTừ 60 tuổi: ${report.elderly}\n` +
  `Việc: ${report.skills.join(" ")}\nKết quả: ${report.result}\n\nĐúng thì bấm “Gửi”.`;

const database = new Database(REPORTS);
database.pragma("journal_mode = WAL");
database.pragma("synchronous = FULL");
database.exec(`
  CREATE TABLE IF NOT EXISTS session (key TEXT PRIMARY KEY, value TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS report (id INTEGER PRIMARY KEY, person INTEGER, day TEXT, place TEXT, kind TEXT,
    households INTEGER, people INTEGER, elderly INTEGER, skills TEXT, result TEXT);
`);
const found = database.prepare("SELECT value FROM session WHERE key = ?").pluck();
const kept = database.prepare("INSERT OR REPLACE INTO session (key, value) VALUES (?, ?)");
const gone = database.prepare("DELETE FROM session WHERE key = ?");
const filed = database.prepare(`
  INSERT INTO report (person, day, place, kind, households, people, elderly, skills, result)
  VALUES (:person, :day, :place, :kind, :households, :people, :elderly, :skills, :result)`);
const storage = {
  read: (key) => {
    const value = found.get(key);
    return value === undefined ? undefined : JSON.parse(value);
  },
  write: (key, value) => void kept.run(key, JSON.stringify(value)),
  delete: (key) => void gone.run(key),
};

const bot = new Bot(TOKEN, { client: { apiRoot: API } });
bot.use(session({ initial: () => ({ at: "", report: {} }), storage }));
const at = (step) => bot.filter((ctx) => ctx.session.at === step);

bot.command("baocao", async (ctx) => {
  ctx.session = { at: "day", report: { skills: [] } };
  await ctx.reply("Buổi hướng dẫn vào ngày nào?\nBấm nút, hoặc gõ ngày, ví dụ: 18/11", keyboard(DAYS));
});

at("day").callbackQuery(/^day:(.+)/, async (ctx) => {
  await ctx.answerCallbackQuery();
  ctx.session.report.day = ctx.match[1];
  ctx.session.at = "place";
  await ctx.reply("Hướng dẫn ở đâu? Gõ tên thôn.");
});

at("place").on("message:text", async (ctx) => {
  ctx.session.report.place = ctx.msg.text;
  ctx.session.at = "kind";
  await ctx.reply("Hướng dẫn theo cách nào?", keyboard(KINDS));
});

at("kind").callbackQuery(/^kind:(.+)/, async (ctx) => {
  await ctx.answerCallbackQuery();
  ctx.session.report.kind = ctx.match[1];
  ctx.session.at = "households";
  await ctx.reply("Hướng dẫn được mấy hộ? Gõ số, ví dụ: 5");
});

at("households").hears(/^\d+$/, async (ctx) => {
  ctx.session.report.households = Number(ctx.match[0]);
  ctx.session.at = "people";
  await ctx.reply("Tất cả bao nhiêu lượt người? Gõ số, ví dụ: 8");
});

at("people").hears(/^\d+$/, async (ctx) => {
  ctx.session.report.people = Number(ctx.match[0]);
  ctx.session.at = "elderly";
  await ctx.reply("Trong đó bao nhiêu người từ 60 tuổi? Gõ số.");
});

at("elderly").hears(/^\d+$/, async (ctx) => {
  ctx.session.report.elderly = Number(ctx.match[0]);
  ctx.session.at = "skills";
  await ctx.reply(ASK_SKILLS, skills([]));
});

at("skills").callbackQuery("skill:=", async (ctx) => {
  await ctx.answerCallbackQuery();
  ctx.session.at = "result";
  await ctx.reply("Kết quả thế nào?", keyboard(RESULTS));
});

at("skills").callbackQuery(/^skill:(.+)/, async (ctx) => {
  await ctx.answerCallbackQuery();
  const { report } = ctx.session;
  const name = ctx.match[1];
  report.skills = report.skills.includes(name) ? report.skills.filter((each) => each !== name) : [...report.skills, name];
  await ctx.editMessageText(ASK_SKILLS, skills(report.skills));
});

at("result").callbackQuery(/^result:(.+)/, async (ctx) => {
  await ctx.answerCallbackQuery();
  const { report } = ctx.session;
  report.result = ctx.match[1];
  ctx.session.at = "confirm";
  await ctx.reply(card(report), keyboard(CONFIRM));
});

at("confirm").callbackQuery(/^send:(.+)/, async (ctx) => {
  await ctx.answerCallbackQuery();
  const { report } = ctx.session;
  ctx.session = { at: "", report: {} };
  if (ctx.match[1] !== "yes") return ctx.reply("Đã bỏ phiếu này.");
  const row = filed.run({ ...report, person: ctx.from.id, skills: report.skills.join(" ") }).lastInsertRowid;
  return ctx.reply(`✅ Đã ghi phiếu số ${row}. Cảm ơn!`);
});

bot.catch((error) => console.error(error.message));

await bot.init();
await bot.api.setWebhook(`https://bench.invalid${HOOK}`, { secret_token: SECRET });
const hook = webhookCallback(bot, "http", { secretToken: SECRET });
createServer((request, response) => {
  if (request.method === "POST" && request.url === HOOK) return hook(request, response);
  return response.writeHead(404).end();
}).listen(Number(PORT), "127.0.0.1");
process.on("SIGTERM", () => process.exit(0));
