// Writes double/signatures.json: every name of Premiere's scripting API with the arguments it takes, read from the types
// of @adobe/premierepro. With --check: says whether the committed file is that of the installed types (exit 1 if not).
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import ts from "typescript";

const root = fileURLToPath(new URL("..", import.meta.url));
const target = `${root}double/signatures.json`;
const types = `${root}node_modules/@adobe/premierepro`;

const source = ts.createSourceFile(
  "premierepro.d.ts",
  await readFile(`${types}/src/premierepro.d.ts`, "utf8"),
  ts.ScriptTarget.ES2021,
  true,
);
const { version } = JSON.parse(await readFile(`${types}/package.json`, "utf8"));

/** What an argument may be: "string", "number", "boolean", "function", "object", "X[]" or the name of a class. */
function kindsOf(type) {
  if (ts.isUnionTypeNode(type)) return type.types.flatMap(kindsOf);
  if (ts.isArrayTypeNode(type)) return kindsOf(type.elementType).map((kind) => `${kind}[]`);
  if (ts.isFunctionTypeNode(type)) return ["function"];
  if (ts.isTypeReferenceNode(type)) {
    const name = type.typeName.getText();
    if (name === "Array") return type.typeArguments.flatMap(kindsOf).map((kind) => `${kind}[]`);
    return [name.startsWith("Constants.") ? "number" : name];
  }
  return [type.getText()];
}

function membersOf(literal) {
  const members = {};
  for (const member of literal.members) {
    if (!member.name) continue; // constructors: none is called here
    const name = member.name.getText();
    if (ts.isMethodSignature(member)) {
      members[name] = {
        least: member.parameters.filter((parameter) => !parameter.questionToken).length,
        takes: member.parameters.map((parameter) => kindsOf(parameter.type)),
      };
    } else {
      const readonly = member.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.ReadonlyKeyword);
      members[name] = { property: readonly ? "readonly" : "writable" };
    }
  }
  return members;
}

const classes = {};
const constants = {};
let doors = {};
for (const statement of source.statements) {
  if (ts.isTypeAliasDeclaration(statement) && ts.isTypeLiteralNode(statement.type)) {
    const name = statement.name.getText();
    if (name === "premierepro") {
      doors = Object.fromEntries(
        statement.type.members.map((member) => [member.name.getText(), member.type.getText().replace("typeof ", "")]),
      );
    } else {
      classes[name] = membersOf(statement.type);
    }
  } else if (ts.isModuleDeclaration(statement)) {
    for (const entry of statement.body.statements) {
      constants[entry.name.getText()] = entry.members.map((member) => member.name.getText());
    }
  }
}
const text = `${JSON.stringify({ types: `@adobe/premierepro ${version}`, doors, classes, constants }, null, 1)}\n`;

if (process.argv.includes("--check")) {
  const committed = await readFile(target, "utf8").catch(() => "");
  if (committed !== text) {
    console.error("double/signatures.json is not that of the installed types. Run `npm run signatures`.");
    process.exit(1);
  }
} else {
  await writeFile(target, text);
  console.log(`${Object.keys(classes).length} classes of @adobe/premierepro ${version}`);
}
