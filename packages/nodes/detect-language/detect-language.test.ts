import type { RowSchema } from "@heddle/schema/type";
import fc from "fast-check";
import { expect, test } from "vitest";
import { rowsIn, rowsValue, runNode, withFolder } from "../../../test/conformance/harness.ts";
import { detect } from "./detector.ts";
import { languages } from "./languages.ts";

const sentences: Readonly<Record<string, readonly string[]>> = {
  en: ["The bus was late again this morning.", "My sister works in a hospital in the north.", "see you tomorrow"],
  de: ["Der Bus kam heute Morgen wieder zu spät.", "Können Sie mir sagen, wo der Bahnhof ist?", "vielen Dank"],
  fr: ["Le bus était encore en retard ce matin.", "Pouvez-vous me dire où se trouve la gare ?", "merci beaucoup"],
  es: ["Compré tres manzanas y una barra de pan.", "¿Puede decirme dónde está la estación?", "muchas gracias"],
  pt: ["O ônibus atrasou de novo hoje de manhã.", "Você pode me dizer onde fica a estação?", "muito obrigado"],
  it: ["Ho comprato tre mele e una pagnotta.", "Mia sorella lavora in un ospedale del nord.", "grazie mille"],
  nl: ["Ik heb drie appels en een brood gekocht.", "Kunt u mij vertellen waar het station is?", "hartelijk bedankt"],
  ru: ["Я купил три яблока и буханку хлеба.", "Моя сестра работает в больнице на севере.", "большое спасибо"],
  uk: ["Автобус сьогодні вранці знову запізнився.", "Моя сестра працює в лікарні на півночі.", "дуже дякую"],
  zh: ["今天早上公共汽车又晚点了。", "我妹妹在北方的一家医院工作。", "非常感谢"],
  ja: ["駅はどこか教えていただけますか。", "一日中雨だったので、家で本を読んでいました。", "ありがとうございます"],
  ko: ["오늘 아침에도 버스가 늦었어요.", "제 여동생은 북쪽의 병원에서 일합니다.", "정말 감사합니다"],
  ar: ["تأخرت الحافلة مرة أخرى هذا الصباح.", "تعمل أختي في مستشفى في الشمال.", "شكرا جزيلا"],
  hi: ["आज सुबह बस फिर देर से आई।", "मेरी बहन उत्तर में एक अस्पताल में काम करती है।", "बहुत धन्यवाद"],
  tr: ["Otobüs bu sabah yine geç kaldı.", "Kız kardeşim kuzeyde bir hastanede çalışıyor.", "çok teşekkür ederim"],
  vi: ["Tôi đã mua ba quả táo và một ổ bánh mì.", "Chị tôi làm việc ở một bệnh viện phía bắc.", "cảm ơn rất nhiều"],
  el: ["Αγόρασα τρία μήλα και ένα καρβέλι ψωμί.", "Μπορείτε να μου πείτε πού είναι ο σταθμός;", "ευχαριστώ πολύ"],
};

test("seventeen languages: sentences are named right with a sure score, greetings of two words mostly", () => {
  const all = Object.entries(sentences).flatMap(([language, texts]) =>
    texts.map((text, i) => ({ language, isSentence: i < 2, found: detect(text, 5) })),
  );
  const rightOf = (some: typeof all) => some.filter(({ language, found }) => found.language === language);
  const long = all.filter(({ isSentence }) => isSentence);
  const short = all.filter(({ isSentence }) => !isSentence);
  expect(rightOf(long).length / long.length).toBeGreaterThanOrEqual(0.97);
  expect(rightOf(short).length / short.length).toBeGreaterThanOrEqual(0.85);
  const sure = rightOf(long).filter(({ found }) => found.score >= 0.65);
  expect(sure.length / rightOf(long).length).toBeGreaterThanOrEqual(0.95);
});

test("a language it does not know, letters at random and code without words are unsure", () => {
  const latin = "Omnes homines dignitate et iure liberi et pares nascuntur, rationis et conscientiae participes sunt.";
  const welsh = "Genir pawb yn rhydd ac yn gydradd â'i gilydd mewn urddas a hawliau, a fynegir ganddynt yn llawn.";
  for (const text of [latin, welsh, "xkq zzrp qwv bnm tyu plk", "0x7ffe 0xdeadbeef 3.14159", "!!! ??? …", "foo@bar.de"])
    expect(detect(text, 5).score).toBeLessThan(0.65);
});

test("a long text is judged by all of it, not by its menu", () => {
  const menu = "Home About Contact Login Register Search Help Imprint Privacy News Sports Weather Travel ";
  const article = sentences["de"]!.join(" ").repeat(60);
  expect(detect(menu.repeat(5), 5).language).toBe("en");
  expect(detect(menu.repeat(5) + article, 5).language).toBe("de");
  expect(detect(menu.repeat(5) + article, 1).language).toBe("en");
});

const schema: RowSchema = { columns: { text: { kind: "string" } }, open: false };

test("every row comes out once with a known code or none, and a score between 0 and 1", async () => {
  const text = fc.option(fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom(...Object.values(sentences).flat())));
  await fc.assert(
    fc.asyncProperty(
      fc.array(text.map((one) => ({ text: one && one.toWellFormed() }))),
      fc.boolean(),
      async (rows, chosen) => {
        const given = { params: chosen ? { keep: ["any"] } : {}, inputs: { rows: rowsValue(schema, rows) } };
        const { outputs } = await withFolder((folder) => runNode("detect-language", given, folder));
        const [kept, rejected] = [rowsIn(outputs["rows"]), rowsIn(outputs["rejected"])];
        expect([...kept, ...rejected].map((row) => row["text"]).sort()).toEqual(rows.map((row) => row.text).sort());
        if (!chosen) expect(rejected).toEqual([]);
        for (const { language, language_score: score } of [...kept, ...rejected]) {
          expect([null, ...languages]).toContain(language);
          if (score === null) expect(language).toBeNull();
          else expect(Number(score) >= 0 && Number(score) <= 1).toBe(true);
        }
        for (const row of kept) if (chosen) expect(Number(row["language_score"])).toBeGreaterThanOrEqual(0.65);
        expect(outputs["report"]?.report?.values).toMatchObject({ rows: rows.length, kept: kept.length });
      },
    ),
    { numRuns: 12 },
  );
});
