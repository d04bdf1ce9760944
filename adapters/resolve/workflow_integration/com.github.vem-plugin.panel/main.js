// The panel in a window of DaVinci Resolve Studio (Workspace > Workflow Integrations > VEM Music).
//
// There is no logic here: the page is the daemon's, and what it wants of Resolve is carried out by `vem resolve bridge`,
// the same Python host that the command line uses. This window starts that process and passes messages on.

"use strict";

const { app, BrowserWindow, ipcMain } = require("electron");
const path = require("node:path");
const { Bridge } = require("./bridge");

const ID = "com.github.vem-plugin.panel";

/** @type {Electron.BrowserWindow | null} */
let window = null;
/** @type {string} The page's origin; nothing else is ever shown or listened to. */
let origin = "";

const bridge = new Bridge((message) => {
  if (message.vem === "open" && typeof message.url === "string") {
    origin = new URL(message.url).origin;
    void window?.loadURL(message.url);
  } else if (origin === "") {
    say(message);
  } else {
    window?.webContents.send("vem", message);
  }
});

/** Tell what is wrong while there is no page yet. @param {import("./bridge").Message} message */
function say(message) {
  const query = { message: String(message.message ?? ""), remedy: String(message.remedy ?? "") };
  void window?.loadFile("waiting.html", { query });
}

function open() {
  window = new BrowserWindow({
    width: 420,
    height: 860,
    minWidth: 320,
    title: "VEM Music",
    backgroundColor: "#1b1b1d",
    autoHideMenuBar: true,
    webPreferences: { preload: path.join(__dirname, "preload.js"), sandbox: true, contextIsolation: true },
  });
  window.webContents.setWindowOpenHandler(() => ({ action: "deny" }));
  window.webContents.on("will-navigate", (event, url) => {
    if (new URL(url).origin !== origin) event.preventDefault();
  });
  void window.loadFile("waiting.html").then(() => bridge.send({ vem: "open" }));
}

ipcMain.on("vem", (event, message) => {
  if (event.senderFrame && new URL(event.senderFrame.url).origin === origin) bridge.send(message);
});

/** Resolve's own bridge, from its SDK: only to be told when Resolve quits. Without it the window works all the same. */
function leaveWithResolve() {
  try {
    const integration = require(path.join(__dirname, "WorkflowIntegration.node"));
    if (!integration.Initialize(ID)) return;
    integration.RegisterCallback("ResolveQuit", () => app.quit());
    app.on("will-quit", () => integration.CleanUp());
  } catch (error) {
    console.warn(`WorkflowIntegration.node is not there: ${error}`);
  }
}

void app.whenReady().then(() => {
  leaveWithResolve();
  open();
});
app.on("window-all-closed", () => app.quit());
app.on("will-quit", () => bridge.close());
