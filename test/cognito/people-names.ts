// Names with accents, apostrophes, hyphens, spaces and other scripts on purpose: ids and JSON must survive them.

export interface Spelling {
  readonly text: string;
  readonly ascii: string;
}

const spelled = (...pairs: readonly string[]): readonly Spelling[] =>
  pairs.map((pair) => {
    const [text = "", ascii = text.toLowerCase()] = pair.split("/");
    return { text, ascii };
  });

export const givens = spelled(
  "Zoë/zoe",
  "María José/mariajose",
  "Olumide",
  "Hana",
  "Björn/bjorn",
  "Siobhán/siobhan",
  "Wei",
  "Aiko",
  "Priya",
  "Liam",
  "Noor",
  "Yusuf",
  "Chloé/chloe",
  "Mateo",
  "Ingrid",
  "Kwame",
  "Leïla/leila",
  "Oscar",
  "Nguyệt/nguyet",
  "Tomás/tomas",
  "Ewa",
  "Jean-Luc",
  "Amara",
  "Dmitri",
  "Łucja/lucja",
  "Rashid",
  "Grace",
  "Ángel/angel",
  "Sofia",
  "さくら/sakura",
  "Ольга/olga",
  "李娜/lina",
  "Fatima",
  "Hugo",
  "Maja",
  "Thandiwe",
  "Seán/sean",
  "Ravi",
  "Élodie/elodie",
  "Jürgen/jurgen",
  "Camila",
  "Ibrahim",
  "Freya",
  "Paulo",
  "Anaïs/anais",
  "Kofi",
  "Marta",
  "Ali",
  "Nadia",
  "Viktor",
  "Xiomara",
  "Quentin",
  "Δήμητρα/dimitra",
  "Omar",
  "Isla",
  "Ruth",
  "Pita",
  "Mei-Ling",
  "Ondřej/ondrej",
  "Gül/gul",
);

export const families = spelled(
  "O'Brien/obrien",
  "García Márquez/garciamarquez",
  "Adeyemi",
  "Novák/novak",
  "Müller/muller",
  "van der Berg/vanderberg",
  "Chen",
  "Tanaka",
  "Krishnamurthy",
  "Smith-Jones/smith-jones",
  "Al-Farsi/al-farsi",
  "Yılmaz/yilmaz",
  "Dubois",
  "Rossi",
  "Lindström/lindstrom",
  "Mensah",
  "Ben Salah/bensalah",
  "Nielsen",
  "Trần/tran",
  "Ferreira",
  "Kowalska",
  "Lefèvre/lefevre",
  "Diallo",
  "Ivanova",
  "Żukowski/zukowski",
  "Hussain",
  "Okonkwo",
  "Ibáñez/ibanez",
  "Costa",
  "山田/yamada",
  "Петрова/petrova",
  "王/wang",
  "Haddad",
  "Schröder/schroder",
  "Bjørnsen/bjornsen",
  "Dlamini",
  "Ó Súilleabháin/osullivan",
  "Patel",
  "Moreau",
  "Weiß/weiss",
  "Silva",
  "Khan",
  "MacLeod",
  "Nascimento",
  "D'Angelo/dangelo",
  "Boateng",
  "Horváth/horvath",
  "Rahman",
  "Petrović/petrovic",
  "Andersson",
  "Papadopoulos",
  "Cruz",
  "Fraser",
  "Nakamura",
  "Tūhoe/tuhoe",
  "Lim",
  "Dvořák/dvorak",
  "Şahin/sahin",
  "Walker",
  "Reyes",
);

export const domains = ["example.com", "example.org", "mail.example.net", "corp.example.com"];

export const departments = [
  "Research & Development",
  "Finance",
  "Customer Support",
  "Legal",
  "People",
  "Field Sales",
  "Security",
  "Data Platform",
  'The "Skunk" Works',
  "Facilities",
];

interface Place {
  readonly dial: string;
  readonly locale: string;
  readonly zone: string;
  readonly familyFirst: boolean;
}

const place = (dial: string, locale: string, zone: string, familyFirst = false): Place => ({
  dial,
  locale,
  zone,
  familyFirst,
});

export const places: readonly Place[] = [
  place("+1", "en-US", "America/New_York"),
  place("+1", "en-CA", "America/Toronto"),
  place("+44", "en-GB", "Europe/London"),
  place("+49", "de-DE", "Europe/Berlin"),
  place("+34", "es-ES", "Europe/Madrid"),
  place("+81", "ja-JP", "Asia/Tokyo", true),
  place("+91", "hi-IN", "Asia/Kolkata"),
  place("+234", "en-NG", "Africa/Lagos"),
  place("+36", "hu-HU", "Europe/Budapest", true),
  place("+55", "pt-BR", "America/Sao_Paulo"),
];
