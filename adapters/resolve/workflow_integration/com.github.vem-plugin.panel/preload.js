// Lets the page speak to the window around it. The page knows whoever embeds it by the name that Premiere gives it,
// `uxpHost`; what comes back arrives as a message event, as it does there.

"use strict";

const { contextBridge, ipcRenderer } = require("electron");

if (window.location.protocol === "http:" && window.location.hostname === "127.0.0.1") {
  contextBridge.exposeInMainWorld("uxpHost", {
    /** @param {unknown} message */
    postMessage: (message) => ipcRenderer.send("vem", message),
  });
  ipcRenderer.on("vem", (_event, message) => window.postMessage(message, window.location.origin));
}
