// A camera that looks at a screen: Chromium plays a video (YUV4MPEG2) in place of a camera's picture, and the video is drawn
// from what a page shows in this run.

const fs = require("node:fs");

const WIDTH = 640;
const HEIGHT = 480;

// What a browser has to be started with, for a camera that plays `file`. The file may be written later, and anew.
exports.arguments = (file) => [
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
  `--use-file-for-fake-video-capture=${file}`,
];

// Points the camera at an element of a page: held a little aslant, on a grey wall.
exports.pointAt = async (element, file) => {
  await show(element.page().context(), await element.screenshot(), file);
};

// Points the camera at a drawing (SVG).
exports.pointAtDrawing = async (context, svg, file) => {
  const page = await context.newPage();
  await page.setContent(svg);
  await show(context, await page.locator("svg").screenshot(), file);
  await page.close();
};

async function show(context, png, file) {
  const desk = await context.newPage();
  const grey = await desk.evaluate(drawn, { png: png.toString("base64"), width: WIDTH, height: HEIGHT });
  await desk.close();
  const luma = Buffer.from(grey, "base64");
  const colourless = Buffer.alloc(luma.length / 2, 128);
  const frame = [Buffer.from("FRAME\n"), luma, colourless];
  const head = Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F20:1 Ip A1:1 C420jpeg\n`);
  fs.writeFileSync(file, Buffer.concat([head, ...frame, ...frame]));
}

// Runs in a page: the picture as grey values, base64.
async function drawn({ png, width, height }) {
  const picture = new Image();
  picture.src = `data:image/png;base64,${png}`;
  await picture.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#9a9a9a";
  pen.fillRect(0, 0, width, height);
  pen.translate(width / 2, height / 2);
  pen.rotate(0.08);
  const scale = (0.8 * height) / Math.max(picture.width, picture.height);
  pen.scale(scale, scale);
  pen.drawImage(picture, -picture.width / 2, -picture.height / 2);
  const { data } = pen.getImageData(0, 0, width, height);
  let grey = "";
  for (let at = 0; at < data.length; at += 4) {
    grey += String.fromCharCode(Math.round(0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2]));
  }
  return btoa(grey);
}
