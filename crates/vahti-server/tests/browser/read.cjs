// What the camera reads: a code of this exam leads to its page; everything else is answered with a sentence.

const { tell } = require("./browser.cjs");
const camera = require("./camera.cjs");

tell(async ({ visitor, supervisor, site, login, film }) => {
  await login("aino");
  const { session } = await login("aino");
  const { encodeQR } = await import(require.resolve("qr"));
  const phone = await supervisor();
  const scan = async (text) => {
    // A scan page that is still open would read the new code.
    await phone.goto("about:blank");
    const drawing = encodeQR(text, "svg", { ecc: "quartile" });
    await camera.pointAtDrawing(phone.context(), drawing, film);
    // The code may be read before everything is loaded.
    await phone.goto(`${site}/vahti/console/scan`, { waitUntil: "commit" });
  };

  await scan(`aino#${session.id}`);
  await phone.waitForURL(`${site}/vahti/console/confirm?session=${session.id}&how=scan&user=aino`);
  await phone.getByText("anybody can make or copy one").waitFor();

  await scan(`eino#${session.id}`);
  await phone.waitForURL(`${site}/vahti/console/confirm?session=${session.id}&how=scan&user=eino`);
  await phone.getByText("The code names eino, and this login is somebody else's.").waitFor();

  await scan("https://exam-2.example.org/vahti/s/seat-17.AAAAAAAAAAAAAAAAAAAAAA");
  await phone.getByText("This code belongs to exam-2.example.org.").waitFor();
  await phone.getByRole("link", { name: "Open it there" }).waitFor();

  await scan(`${site}/vahti/s/${session.id}.AAAAAAAAAAAAAAAAAAAAAA`);
  await phone.getByText("This is not a code of this exam. Nothing was changed.").waitFor();

  await scan("https://example.org/menu.pdf");
  await phone.getByText("This is not a code of this exam. Nothing was changed.").waitFor();

  // Somebody who is not logged in learns nothing from a code; after the login it is still there.
  const stranger = await visitor();
  await stranger.goto(`${site}/vahti/s/${session.id}.AAAAAAAAAAAAAAAAAAAAAA`);
  await stranger.getByText("Log in to see this code.").first().waitFor();
});
