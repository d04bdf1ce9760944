/** What UXP documents but its types (7.3.1) leave out, and the modules it brings, as `require` gives them. */

declare function setTimeout(call: () => void, milliseconds: number): number;
declare const window: EventTarget;
declare function require(module: "premierepro"): import("@adobe/premierepro").premierepro;
declare function require(module: "uxp"): typeof import("uxp");
declare function require(module: "fs"): typeof import("fs");
declare function require(module: "os"): typeof import("os");
