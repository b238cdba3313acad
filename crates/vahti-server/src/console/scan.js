// The scan page: reads the camera's picture until it holds a code, and goes where that leads. Without this script, and
// without a camera, the form on the page takes the digits instead.

import { reading } from "./reading.js";

const scan = document.getElementById("scan");
const picture = scan.querySelector("video");
const said = scan.querySelector("[role=status]");
const again = scan.querySelector("button");
const words = scan.dataset;
const sites = words.sites.split(" ").map((site) => new URL(site).origin);

const PACE = 120; // Milliseconds between two looks: quick enough for a hand, and the phone stays cool.
const WIDTH = 800; // Pixels a picture is scaled down to; a code that fills a third of it is read.

// Said once, and announced: the line is a live region.
function say(text, link = null) {
  if (said.dataset.text === text) return;
  said.dataset.text = text;
  said.textContent = text;
  if (link !== null) {
    const open = document.createElement("a");
    open.href = link.href;
    open.rel = "noreferrer";
    open.textContent = words.openThere;
    said.append(" ", open);
  }
}

// ---- From a picture to texts ---------------------------------------------------------------------------------------

let detector = null;

async function findDetector() {
  const known = "BarcodeDetector" in window ? await BarcodeDetector.getSupportedFormats() : [];
  if (known.includes("qr_code")) {
    const own = new BarcodeDetector({ formats: ["qr_code"] });
    return async () => (await own.detect(picture)).map((code) => code.rawValue);
  }
  const { decodeQR } = await import("/vahti/vendor/qr/decode.js");
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  return () => {
    const scale = Math.min(1, WIDTH / picture.videoWidth);
    canvas.width = Math.round(picture.videoWidth * scale);
    canvas.height = Math.round(picture.videoHeight * scale);
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    try {
      return [decodeQR(pen.getImageData(0, 0, canvas.width, canvas.height))];
    } catch {
      return []; // No code in this picture.
    }
  };
}

// ---- The camera ----------------------------------------------------------------------------------------------------

let stream = null;
let starting = false;

const TROUBLES = new Map([
  ["NotAllowedError", words.refused],
  ["NotFoundError", words.noCamera],
  ["OverconstrainedError", words.noCamera],
  ["NotReadableError", words.busy],
]);

async function start() {
  if (starting || stream !== null || document.hidden) return;
  if (navigator.mediaDevices === undefined) {
    say(words.insecure);
    return;
  }
  starting = true;
  again.hidden = true;
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } },
    });
    for (const track of stream.getTracks()) track.addEventListener("ended", () => trouble(words.busy));
    detector ??= await findDetector();
    picture.srcObject = stream;
    await picture.play();
    scan.classList.add("sees");
    say(words.looking);
    look();
  } catch (error) {
    trouble(TROUBLES.get(error.name) ?? words.busy);
  }
  starting = false;
}

function stop() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
  picture.srcObject = null;
  scan.classList.remove("sees");
}

function trouble(text) {
  stop();
  say(text);
  again.hidden = false;
}

async function look() {
  const seen = stream;
  if (seen === null) return;
  try {
    const texts = picture.videoWidth > 0 ? await detector() : [];
    if (texts.some((text) => goes(text))) return;
  } catch (error) {
    console.warn("a picture could not be read", error);
  }
  if (seen === stream) setTimeout(look, PACE);
}

// Whether the browser is on its way.
function goes(text) {
  const found = reading(text, sites);
  if (found === null) {
    say(words.noCode);
  } else if (found.elsewhere !== undefined) {
    say(words.elsewhere.replace("{host}", found.elsewhere.host), found.elsewhere);
  } else {
    say(words.found);
    navigator.vibrate?.(50);
    location.assign(found.to);
    return true;
  }
  return false;
}

again.addEventListener("click", start);
// A page that nobody sees needs no camera; one that is come back to looks again.
document.addEventListener("visibilitychange", () => (document.hidden ? stop() : start()));
window.addEventListener("pagehide", stop);
window.addEventListener("pageshow", start);
