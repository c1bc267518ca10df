import { describe, expect, test } from "vitest";
import type { BatchRow } from "../batch.ts";
import { readBatch } from "./read-batch.ts";

const read = (text: string) => readBatch(Buffer.from(text));
const problems = (text: string) => read(text).problems.map(({ line, message }) => `${line}: ${message}`);
const first = (text: string): BatchRow | undefined => {
  const { rows, problems: wrong } = read(text);
  expect(wrong).toEqual([]);
  return rows[0];
};

describe("a CSV file", () => {
  const GRANT = { action: "grant", user: "ann", group: "a" };

  test.for<[string, string]>([
    ["with LF", "action,user,group\ngrant,ann,a\n"],
    ["with CRLF", "action,user,group\r\ngrant,ann,a\r\n"],
    ["with a byte order mark", "\ufeffaction,user,group\ngrant,ann,a"],
    ["with semicolons", "action;user;group\ngrant;ann;a\n"],
    ["with another order and case of columns", "Group,ACTION, user\na,Grant,ann\n"],
    ["with quotation marks", '"action","user","group"\n"grant","ann","a"\n'],
    ["with empty lines", "action,user,group\n\n\ngrant,ann,a\n\n"],
    ["with empty columns", "action,user,group,email,invite\ngrant,ann,a,,\n"],
  ])("%s is read", ([, text]) => {
    expect(first(text)?.change).toEqual(GRANT);
  });

  test("counts the lines of the file, those inside quotation marks and empty ones included", () => {
    const text = 'action,login,attribute:address\r\ncreate,a,"one\r\ntwo"\r\n\r\ncreate,b,\ncreate,c,"x"\n';
    expect(read(text).rows.map(({ line }) => line)).toEqual([2, 5, 6]);
  });

  test("has the apostrophe taken off that our own output puts before a formula, and no other", () => {
    const text =
      "action,login,attribute:phone_number,attribute:nickname\ncreate,'@ann,'+4915112345678,'tis\n";
    const { change } = first(text) ?? {};
    if (change?.action !== "create") throw new Error("it is no creation");
    expect(change.account.login).toBe("@ann");
    expect(change.account.profile).toEqual(
      new Map([
        ["phone_number", "+4915112345678"],
        ["nickname", "'tis"],
      ]),
    );
  });

  test("makes an account request of a creation", () => {
    const text = "action,login,email,invite,deliver_by,reason\ncreate,ann,ann@example.com,TRUE,both,CHG-1\n";
    expect(first(text)).toEqual({
      line: 2,
      change: {
        action: "create",
        account: {
          login: "ann",
          emails: ["ann@example.com"],
          profile: new Map<string, unknown>([
            ["sendInviteEmail", true],
            ["deliverInviteBy", "both"],
          ]),
          credential: { kind: "none" },
        },
        invite: true,
        deliverBy: ["EMAIL", "SMS"],
      },
      justification: "CHG-1",
    });
  });

  test.for<[string, string, string]>([
    ["an empty file", " \n", "1: the file is empty"],
    ["no row", "action,user\n", "1: the file has no row"],
    [
      "an unknown column",
      "action,usr\ngrant,ann\n",
      "1: column 2 of the header line is not known; did you mean user?",
    ],
    ["no header line", "grant,hunter2,a\n", "1: column 1 of the header line is not known; "],
    ["a column twice", "action,user,User\n", "1: column 3 of the header line is there twice"],
    ["no action column", "user,group\nann,a\n", "1: the header line has no column action"],
    [
      "a password column",
      "action,login,password\ncreate,ann,hunter2\n",
      "1: column 3 of the header line is a password, which is never in the file",
    ],
    [
      "too few values",
      "action,user,group\ngrant,hunter2\n",
      "2: has 2 values, and the header line has 3 columns",
    ],
    [
      "an open quotation mark",
      'action,user\ngrant,"hunter2\n',
      "2: a quotation mark is opened and not closed",
    ],
    ["a quotation mark inside", 'action,user\ngrant,hun"ter2\n', "2: a quotation mark inside a value"],
    [
      "text after a quotation mark",
      'action,user\ngrant,"hunter2"x\n',
      "2: a character follows a closing quotation mark",
    ],
    ["an unknown action", "action,user\nhunter2,ann\n", "2: action: is not an action; give grant, "],
    ["no action", "action,user\n,ann\n", "2: action: missing; give grant, "],
    ["no user", "action,user,group\ngrant,,a\n", "2: user: missing; give a sub, username or e-mail address"],
    ["a blank around a user", "action,user\ndisable,hunter2 \n", "2: user: begins or ends with white space"],
    [
      "a no-break space around a user",
      "action,user\ndisable,\u00a0hunter2\n",
      "2: user: begins or ends with white space",
    ],
    ["no group", "action,user,group\nrevoke,ann,\n", "2: group: missing; give the name of a group"],
    [
      "a group that cannot exist",
      "action,user,group\ngrant,ann,hunter2 x\n",
      "2: group: the name must not contain white space",
    ],
    [
      "a foreign column",
      "action,user,group\ndisable,ann,hunter2\n",
      "2: group: disable does not take it; leave it empty",
    ],
    [
      "an attribute of a grant",
      "action,user,group,attribute:a\ngrant,ann,a,hunter2\n",
      "2: attribute: grant does not take attributes",
    ],
    [
      "a user of a creation",
      "action,user,login\ncreate,hunter2,ann\n",
      "2: user: a new account has none; give login or email",
    ],
    [
      "no name of a creation",
      "action,login,invite\ncreate,,true\n",
      "2: login: missing; give login or email",
    ],
    ["a wrong invite", "action,login,invite\ncreate,ann,hunter2\n", "2: invite: must be true or false"],
    [
      "a wrong medium",
      "action,login,invite,deliver_by\ncreate,ann,true,hunter2\n",
      "2: deliver_by: must be EMAIL, SMS or both",
    ],
    [
      "a medium without invitation",
      "action,login,deliver_by\ncreate,ann,SMS\n",
      "2: deliver_by: no invitation is asked for",
    ],
    [
      "a reason of two lines",
      'action,user,reason\ndisable,ann,"hun\nter2"\n',
      "2: reason: must be one line of printable text",
    ],
    [
      "the same row twice",
      "action,user\ndisable,ann\ndisable,ann\n",
      "3: asks for the same as line 2; remove one of them",
    ],
    [
      "a creation and a deletion",
      "action,login,user\ncreate,ann,\ndelete,,ann\n",
      "2: create contradicts delete in line 3",
    ],
  ])("with %s is refused by line, column and cure, without the value", ([, text, problem]) => {
    expect(problems(text)[0]).toContain(problem);
    expect(problems(text).join()).not.toMatch(/hunter2|hun"ter/);
  });

  test("reports every bad row, not only the first", () => {
    expect(
      problems("action,user,group\ngrant,,a\ndisable,ann,\nrevoke,ann,\n").map((one) => one.slice(0, 2)),
    ).toEqual(["2:", "4:"]);
  });
});

describe("a JSONL file", () => {
  test("is read with its attributes in an object or by their names", () => {
    const text =
      '{"action":"create","login":"ann","invite":true,"email":null,"attributes":{"custom:n":7},"attribute:nickname":"A"}\n';
    const { change } = first(text) ?? {};
    if (change?.action !== "create") throw new Error("it is no creation");
    expect(change.account.profile).toEqual(
      new Map<string, unknown>([
        ["custom:n", 7],
        ["nickname", "A"],
        ["sendInviteEmail", true],
      ]),
    );
  });

  test("keeps an apostrophe: only CSV puts one there", () => {
    expect(first('{"action":"disable","user":"\'=ann"}')?.change).toEqual({
      action: "disable",
      user: "'=ann",
    });
  });

  test.for<[string, string, string]>([
    [
      "a line that is not JSON",
      '{"action":"disable","user":"ann"}\n{"hunter2',
      "2: is not JSON; give one object on one line",
    ],
    [
      "a line that is not an object",
      '{"action":"disable","user":"ann"}\n"hunter2"',
      "2: is not a JSON object",
    ],
    ["a JSON list", '[{"action":"disable"}]', "1: is a JSON list; give one JSON object on each line"],
    ["an unknown member", '{"action":"disable","user":"ann","hunter2":1}', "1: member 3 is not known"],
    [
      "a password",
      '{"action":"create","login":"ann","password":"hunter2"}',
      "1: member 3 is a password, which is never in the file",
    ],
    [
      "a member twice",
      '{"action":"disable","user":"hunter2","user":"ann"}',
      "1: has a member twice; keep one",
    ],
    [
      "a member twice in an escape",
      '{"action":"disable","user":"ann","us\\u0065r":"eve"}',
      "1: has a member twice",
    ],
    [
      "two spellings of a member",
      '{"action":"disable","user":"ann","User":"eve"}',
      "1: user: is there twice",
    ],
    [
      "an attribute twice",
      '{"action":"create","login":"ann","attributes":{"name":"hunter2"},"attribute:name":"x"}',
      "1: an attribute is there twice",
    ],
    ["a number as user", '{"action":"disable","user":7}', "1: user: must be a text"],
    [
      "attributes in a list",
      '{"action":"create","login":"ann","attributes":["hunter2"]}',
      "1: attributes: must be an object",
    ],
  ])("with %s is refused by line, member and cure, without the value", ([, text, problem]) => {
    expect(problems(text)[0]).toContain(problem);
    expect(problems(text).join()).not.toContain("hunter2");
  });
});

test.for<[string, Buffer, string]>([
  ["UTF-16", Buffer.from("\ufeffaction,user\n", "utf16le"), "is UTF-16; save it as UTF-8"],
  ["Latin-1", Buffer.from("action,user\ndisable,J\u00f6rg\n", "latin1"), "is not UTF-8; save it as UTF-8"],
])("a file in %s is refused, and not read with wrong letters", ([, bytes, problem]) => {
  expect(() => readBatch(bytes)).toThrow(problem);
});
