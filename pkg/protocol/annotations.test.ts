import { create } from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { annotationIn, hasAnnotation } from "./annotations.ts";
import { GroupTraitSchema, UserTraitSchema } from "./messages.ts";

const trait = anyPack(GroupTraitSchema, create(GroupTraitSchema, { profile: { a: 1 } }));

test.for(["", "/", "x/", "type.googleapis.com/", `${trait.typeUrl}/`, "//", "\0"])(
  "an annotation of type %j is of another type, and harms nothing",
  (typeUrl) => {
    const annotations = [{ ...trait, typeUrl }, trait];
    expect(annotationIn(annotations, GroupTraitSchema)?.profile).toEqual({ a: 1 });
    expect(annotationIn(annotations, UserTraitSchema)).toBeUndefined();
    expect(hasAnnotation([{ ...trait, typeUrl }], GroupTraitSchema)).toBe(false);
  },
);

test("an annotation whose value cannot be read is the mistake of the caller", () => {
  const broken = { ...trait, value: Buffer.from([0xff]) };
  expect(() => annotationIn([broken], GroupTraitSchema)).toThrow(
    expect.objectContaining({ code: "invalid-argument" }),
  );
});
