import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  DESCRIPTION,
  emailOf,
  leaksIn,
  NAME,
  PASSWORD,
  PHONE,
  SUBS,
  VALUE,
  WEAK,
} from "./support/planted.ts";
import { invoke, type Line, LOGS, leaksOf, line, onStage, ran } from "./support/planted-cli.ts";

const UUID = "00000000-0000-4000-8000-00000000000f";
const SEALED_KEY = `{"kty":"OKP","crv":"Ed25519","x":"${"A".repeat(43)}","d":"zqprivatekey4t"}`;
const KEYS = [
  { what: "private key", marker: "zqprivatekey4t" },
  { what: "client secret", marker: "zqclientsecret9h" },
];

const EXISTS = line(
  `create-account --login ${NAME}-ann --email ${emailOf("else")} --attribute name=${VALUE}9`,
);

const GONE = line(`delete-user --user ${emailOf("nobody")}`);

const REFUSED: readonly Line[] = [
  // The user that a command names.
  ...["nobody", "ann"].flatMap((who) => [
    line(`grant --group crew --user ${emailOf(who)}`),
    line(`disable-user --user ${emailOf(who)}`),
    line(`update-user --user ${emailOf(who)} --set name=${VALUE}`),
  ]),
  line(`set-password --stdin --user ${emailOf("nobody")}`, undefined, PASSWORD),
  line(`grant --group nowhere --user ${NAME}-ann`),
  line(`grant --group crew --user ${NAME}-nobody`),
  line(`reset-password --user ${NAME}-nobody --user-id username`),
  invoke("disable_user", "", { user_id: emailOf("other") }),
  invoke("disable_user", "", { user_id: { resource_type_id: "user", resource_id: emailOf("other") } }),
  invoke("disable_user", "", { user_id: UUID, user: emailOf("other") }),
  invoke("disable_user", "", { user_id: SUBS.ann, sign_out: VALUE }),
  // Accounts.
  EXISTS,
  GONE,
  line(`create-account --login ${NAME}-new --email ${VALUE}.example.com`),
  line(`create-account --login ${NAME}-new --email ${VALUE}@@example`),
  line(`create-account --login ${NAME}-new --email ${emailOf("new")} --attribute email=${emailOf("other")}`),
  line(`create-account --login ${NAME}-new --attribute ${VALUE}`),
  line(`create-account --login ${NAME}-new --attribute custom:none=${VALUE}`),
  line(`create-account --login ${NAME}-new --attribute custom:level=${VALUE}`),
  line(`create-account --login ${NAME}-new --attribute custom:note=${VALUE.repeat(9)}`),
  line(`create-account --login ${NAME}-new --attribute phone_number=${PHONE.slice(1)}`),
  line(`create-account --login ${NAME}-new --attribute birthdate=${VALUE}`),
  line(`create-account --login ${NAME}-new --attribute email_verified=${VALUE}`),
  line(`create-account --login ${NAME}-new --attribute name=${VALUE.repeat(300)}`),
  line(`create-account --login ${NAME.repeat(20)} --email ${emailOf("new")}`),
  { args: ["create-account", `--login=${NAME} new\u0007`, `--email=${emailOf("new")}`] },
  ...[
    `{"name":"${VALUE}"`,
    `["${VALUE}"]`,
    `"${PASSWORD}"`,
    `{"name":{"a":"${VALUE}"}}`,
    `{"name":["${VALUE}"]}`,
  ]
    .concat(`{"sendInviteEmail":"${VALUE}"}`, `{"name":"${VALUE}","name ":"${VALUE}"}`)
    .concat(
      `{"custom:level":5557391846}`,
      JSON.stringify({ "\u202e\n\"k'": VALUE }),
      `{"password":"${PASSWORD}"}`,
    )
    .map((profile) => ({ args: ["create-account", `--login=${NAME}-new`, `--profile=${profile}`] })),
  // Passwords.
  line(`create-account --login ${NAME}-new --password stdin`, undefined, WEAK),
  line(`create-account --login ${NAME}-new --password ${PASSWORD}`),
  line(`create-account --login ${NAME}-new --password=${WEAK}`),
  line(`create-account --login ${NAME}-new --password stdin`, undefined, PASSWORD.repeat(40)),
  line(`create-account --login ${NAME}-new --password stdin`, undefined, ` ${PASSWORD}`),
  line(`set-password --stdin --user ${NAME}-other`, undefined, WEAK),
  line(`set-password --stdin --user ${NAME}-other ${PASSWORD}`),
  line(`set-password --user ${NAME}-other --password ${PASSWORD}`),
  line(`set-password --user ${NAME}-other --password=${PASSWORD}`),
  line(`set-password --user ${NAME}-other --pasword=${PASSWORD}`),
  line(`set-password --user ${NAME}-other --pasword=it's${PASSWORD}'s`),
  line(`set-password --user ${NAME}-other --pasword=it\r${PASSWORD}\u2028${PASSWORD}`),
  line(`set-password --user ${NAME}-other --pasword'${PASSWORD}`),
  line(`set-password --user ${NAME}-other --Password=${PASSWORD}`),
  line(`set-password --user ${NAME}-other --new_password=${PASSWORD}`),
  line(`set-password --user ${NAME}-other --stdin=${PASSWORD}`),
  line(`set-password --user ${NAME}-other -p${PASSWORD}`),
  line(`set-password --user ${NAME}-other -P${PASSWORD}`),
  line(`set-password --user ${NAME}-other -P=${PASSWORD}`),
  line(`rotate-password --user ${NAME}-other --password ${PASSWORD} --encrypt-to key.txt`),
  line(`actions invoke set_password --args {"user_id":"${SUBS.other}","password":"${PASSWORD}"}`),
  line(`actions invoke set_password --args {"password":"${PASSWORD}"`),
  invoke("set_password", "", { user_id: SUBS.other, password: WEAK }),
  invoke("set_password", "", { user_id: SUBS.other, password: [PASSWORD] }),
  invoke("set_password", "", { user_id: SUBS.other, password: PASSWORD, permanent: PASSWORD }),
  invoke("set_password", "", { user_id: { password: PASSWORD }, password: PASSWORD }),
  line("actions invoke set_password --args -", undefined, `{"password":"${PASSWORD}"`),
  line(`update-user --user ${NAME}-other --set password=${PASSWORD}`),
  // Attributes.
  ...[`custom:fixed=${VALUE}`, `sub=${VALUE}`, `email=${VALUE}`, `phone_number=${PHONE}x`, VALUE]
    .concat(`email=${emailOf("ann")}x y`, `identities=${VALUE}`, `${"k".repeat(200)}=${VALUE}`)
    .map((pair) => ({ args: ["update-user", `--user=${NAME}-other`, `--set=${pair}`] })),
  line(`update-user --user ${NAME}-other --set name=${VALUE} --set name=${VALUE}2`),
  line(`update-user --user ${NAME}-other --set-json {"name":"${VALUE}"`),
  line(`update-user --user ${NAME}-other --set.name=${VALUE}`),
  invoke("update_user_attributes", "", { user_id: SUBS.other, set: `name=${VALUE}` }),
  invoke("update_user_attributes", "", { user_id: SUBS.other, set: { name: { first: VALUE } } }),
  invoke("update_user_attributes", "", { user_id: SUBS.other, set: { email: VALUE }, email: emailOf("a") }),
  invoke("update_user_attributes", "", { user_id: SUBS.other, email: VALUE, phone_number: PHONE.slice(1) }),
  invoke("update_user_attributes", "", { user_id: SUBS.other, delete: [{ name: VALUE }] }),
  invoke("update_group", "", { group_id: "crew", description: DESCRIPTION.repeat(200) }),
  invoke("update_group", "", { group_id: "crew", precedence: PHONE }),
  line(`create-group --name band --description ${DESCRIPTION.repeat(200)}`),
  line(`create-group --name crew --description ${DESCRIPTION}8`),
  line(`create-group --name band --role-arn ${VALUE}`),
  // Keys.
  line(`rotate-password --user ${NAME}-other --encrypt-to private.json`),
  line(`rotate-password --user ${NAME}-other --encrypt-to broken.json`),
  line(`rotate-password --user ${NAME}-other --encrypt-to secret-age.txt`),
  { args: ["rotate-password", "--user=x", `--encrypt-to=${SEALED_KEY}`] },
  line("rotate-password --user x --encrypt-to AGE-SECRET-KEY-1zqprivatekey4t"),
  line("rotate-password --user x --encrypt-to AGE-SECRET-KEY-1ZQPRIVATEKEY4T"),
  { args: ["serve"], env: { BATON_CLIENT_SECRET: "a:b:zqclientsecret9h" } },
  { args: ["serve"], env: { BATON_CLIENT_SECRET: "a:b:v1:zqclientsecret9h" } },
  line("serve --client-secret a:b:v1:zqclientsecret9h"),
  line("serve --client-secret=zqclientsecret9h --allow-secret-flags"),
];

test("mark 54: the program prints no secret when it refuses a command", async () => {
  await onStage(async (stage) => {
    writeFileSync(join(stage.folder, "private.json"), SEALED_KEY);
    writeFileSync(join(stage.folder, "broken.json"), `${SEALED_KEY}}`);
    writeFileSync(join(stage.folder, "secret-age.txt"), "AGE-SECRET-KEY-1ZQPRIVATEKEY4T\n");
    const leaks: string[] = [];
    const accepted: string[] = [];
    const mute: string[] = [];
    for (const command of REFUSED) {
      for (const log of LOGS) {
        const told = await ran(stage, command, log);
        if (told.exitCode === 0) accepted.push(command.args.join(" "));
        else if (told.stderr === "") mute.push(command.args.join(" "));
        const name = command.args.join(" ").slice(0, 200);
        leaks.push(
          ...leaksOf(stage, told, command).map((leak) => `${name}: ${leak}`),
          ...leaksIn(name, told.stderr + told.stdout, KEYS),
        );
      }
    }
    expect([...leaks, ...stage.duringWrites]).toEqual([]);
    expect(mute).toEqual([]);
    // An account that is gone already is a success.
    expect(new Set(accepted)).toEqual(new Set([GONE.args.join(" ")]));
  });
});
