import { firstIn, GROUP, resourceIn, type Shape, type ShapeWorld, USER } from "./world.ts";

const COGNITO = "urn:connector:cognito:2.0:User";
const COGNITO_GROUP = "urn:connector:cognito:2.0:Group";

const created = (world: ShapeWorld) => ({
  schemas: [USER, COGNITO],
  userName: world.fresh,
  displayName: world.fresh,
  emails: [{ value: `${world.fresh}@corp.test` }],
  phoneNumbers: [{ value: "+15551230000" }],
  password: "Zx7!kkPq",
  active: true,
  [COGNITO]: { IsPasswordPermanent: true, email_verified: true, phone_number_verified: "true" },
});

const inPool = (world: ShapeWorld) => ({
  "fresh.enabled": true,
  "fresh.password": "Zx7!kkPq",
  "fresh.email": `${world.fresh}@corp.test`,
  "fresh.email_verified": "true",
  "fresh.phone_number": "+15551230000",
  "fresh.phone_number_verified": "true",
});

/** As the connector of Starling had them: ids are usernames and names of groups. */
const ADA = ({ ada }: ShapeWorld) => ({
  id: ada.username,
  userName: ada.username,
  displayName: ada.username,
  name: { formatted: ada.username },
  emails: [{ value: `${ada.username}@corp.test` }],
  active: true,
  [COGNITO]: { email_verified: true },
});

/** Every operation of Starling's tables, with its profile. */
export const STARLING_SHAPES: readonly Shape[] = [
  {
    shape: "creates a user with a permanent password",
    send: (world) => world.ask("POST", "/Users", created(world)),
    status: 201,
    body: (world) => ({ id: world.fresh, userName: world.fresh, active: true }),
    lacks: ["isPasswordPermanent", "IsPasswordPermanent"],
    pool: inPool,
    again: 409,
  },
  {
    shape: "a password that the pool refuses leaves no user",
    send: (world) => world.ask("POST", "/Users", { ...created(world), password: "short" }),
    status: 400,
    body: () => ({ scimType: "invalidValue" }),
  },
  {
    shape: "reads a user",
    send: (world) => world.ask("GET", `/Users/${world.ada.username}`),
    status: 200,
    body: ADA,
  },
  {
    shape: "reads all users, page by page",
    send: async (world) => {
      const all = resourceIn(await world.ask("GET", "/Users?count=1"))["totalResults"];
      const page = await world.ask("GET", `/Users?startIndex=${Number(all)}&count=100`);
      if (firstIn(page)["id"] !== firstIn(page)["userName"]) throw new Error(page.text);
      return page;
    },
    status: 200,
    body: () => ({ itemsPerPage: 1 }),
  },
  {
    shape: "updates a user by the whole resource",
    send: (world) =>
      world.ask("PUT", `/Users/${world.ada.username}`, {
        ...ADA(world),
        schemas: [USER, COGNITO],
        name: { formatted: world.ada.username, givenName: "Nia", familyName: "Roe" },
        emails: [{ value: "n@corp.test" }],
      }),
    status: 200,
    body: (world) => ({ ...ADA(world), emails: [{ value: "n@corp.test" }] }),
    pool: () => ({ "ada.email": "n@corp.test", "ada.given_name": "Nia" }),
  },
  {
    shape: "deactivates by PUT",
    send: (world) =>
      world.ask("PUT", `/Users/${world.ada.username}`, {
        ...ADA(world),
        name: { givenName: "Ada", familyName: "Roe" },
        active: false,
      }),
    status: 200,
    body: () => ({ active: false }),
    pool: () => ({ "ada.enabled": false }),
  },
  {
    shape: "deletes a user",
    send: (world) => world.ask("DELETE", `/Users/${world.kim.username}`),
    status: 204,
    pool: () => ({
      "kim.enabled": null,
      "kim.name": null,
      "kim.given_name": null,
      "kim.family_name": null,
      "kim.email": null,
      "kim.email_verified": null,
      "kim.custom:department": null,
    }),
    again: 404,
  },
  {
    shape: "creates a group with a precedence",
    send: (world) =>
      world.ask("POST", "/Groups", {
        schemas: [GROUP, COGNITO_GROUP],
        displayName: world.teamName,
        [COGNITO_GROUP]: { Precedence: 7 },
      }),
    status: 201,
    body: (world) => ({
      id: world.teamName,
      displayName: world.teamName,
      [COGNITO_GROUP]: { precedence: 7 },
    }),
    pool: () => ({ "team.members": "" }),
    again: 409,
  },
  {
    shape: "reads a group with its members",
    send: (world) => world.ask("GET", `/Groups/${world.group.displayName}`),
    status: 200,
    body: (world) => ({
      id: world.group.displayName,
      displayName: world.group.displayName,
      members: [{ value: world.ada.username, display: world.ada.username }],
    }),
  },
  {
    shape: "updates the membership by the whole group",
    send: (world) =>
      world.ask("PUT", `/Groups/${world.group.displayName}`, {
        schemas: [GROUP],
        id: world.group.displayName,
        displayName: world.group.displayName,
        members: [{ value: world.kim.username }, { value: world.lee.username, display: world.lee.username }],
      }),
    status: 200,
    pool: () => ({ "group.members": "kim lee" }),
  },
  {
    shape: "a group cannot be renamed",
    send: (world) => world.ask("PUT", `/Groups/${world.group.displayName}`, { displayName: world.teamName }),
    status: 400,
    body: () => ({ scimType: "mutability" }),
  },
  {
    shape: "reads all groups",
    send: (world) => world.ask("GET", "/Groups?startIndex=1&count=1&excludedAttributes=members"),
    status: 200,
    body: () => ({ itemsPerPage: 1 }),
    lacks: ["members"],
  },
  {
    shape: "deletes a group",
    send: (world) => world.ask("DELETE", `/Groups/${world.group.displayName}`),
    status: 204,
    pool: () => ({ "group.members": null }),
    again: 404,
  },
];
