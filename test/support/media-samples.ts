import { deflateRawSync, crc32 } from "node:zlib";
import sharp from "sharp";

/** A JPEG as a telephone makes it: lying on its side, with the place where it was taken. */
export function telephonePhoto(): Promise<Buffer> {
  return sharp({ create: { width: 80, height: 40, channels: 3, background: "#c04020" } })
    .jpeg()
    .withExif({
      IFD0: { Make: "Spyphone", Artist: "Ana Secret", Orientation: "6" },
      IFD3: { GPSLatitude: "52/1 31/1 12/1", GPSLongitude: "13/1 24/1 18/1" },
    })
    .withMetadata({ orientation: 6 })
    .toBuffer();
}

export function picture(format: "png" | "webp" | "gif" | "avif" = "png"): Promise<Buffer> {
  return sharp({ create: { width: 64, height: 48, channels: 3, background: "#2060a0" } })
    .toFormat(format)
    .toBuffer();
}

/** A small PDF; `pages` of padding make it as long as wanted. */
export function pdf(text = "Night-shift handover", padding = 0): Buffer {
  return Buffer.from(
    `%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n` +
      `3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\n% ${text}\n` +
      `${"% padding padding\n".repeat(padding)}trailer<</Root 1 0 R>>\n%%EOF\n`,
  );
}

/** A ZIP with those files, as Office programs pack them; what is listed first is stored, the rest deflated. */
export function zip(files: Readonly<Record<string, string>>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [index, [name, text]] of Object.entries(files).entries()) {
    const raw = Buffer.from(text);
    const method = index === 0 ? 0 : 8;
    const data = method === 0 ? raw : deflateRawSync(raw);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(method, 4);
    fields.writeUInt32LE(crc32(raw), 10);
    fields.writeUInt32LE(data.length, 14);
    fields.writeUInt32LE(raw.length, 18);
    fields.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), fields, Buffer.from(name), data]);
    const entry = Buffer.alloc(12);
    entry.writeUInt32LE(offset, 8);
    directory.push(
      Buffer.concat([
        Buffer.from("PK\x01\x02"),
        Buffer.from([20, 0]),
        fields,
        Buffer.alloc(2),
        entry.subarray(0, 12),
        Buffer.from(name),
      ]),
    );
    parts.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(directory.length, 4);
  end.writeUInt16LE(directory.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, central, Buffer.from("PK\x05\x06"), end]);
}

const MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";

export function docx(contentType = MAIN): Buffer {
  return zip({
    "[Content_Types].xml": `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="${contentType}"/></Types>`,
    "word/document.xml": "<w:document/>",
  });
}

export const docm = () => docx("application/vnd.ms-word.document.macroEnabled.main+xml");

export const odt = () =>
  zip({ mimetype: "application/vnd.oasis.opendocument.text", "content.xml": "<office/>" });

export const SVG = `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`;
export const HTML = `<!-- hi -->\n<!DOCTYPE html><script>alert(1)</script>`;
