// Unpacks what draws, and draws. Where a browser cannot, the tables below the charts say it all.
(async () => {
  const text = (id) => document.getElementById(id).textContent;
  const unpack = async (id) => {
    const told = atob(text(id).trim().replace(/_([01])/g, (_, place) => "+/"[place]));
    const bytes = Uint8Array.from(told, (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).text();
  };
  try {
    new Function(await unpack("engine"))();
    await globalThis.townsquareDraw(JSON.parse(await unpack("drawings")), JSON.parse(text("rows")));
  } catch (error) {
    document.documentElement.classList.add("undrawn");
    console.error(error);
  }
})();
