import { createDecipheriv, createECDH, hkdfSync, randomBytes, type ECDH } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

/** A message as it arrived at a push service. */
export interface ArrivedMessage {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A push service on loopback, and an app that reads what comes there. */
export interface PushReceiver {
  readonly origin: string;
  readonly endpoint: string;
  readonly keys: { readonly p256dh: string; readonly auth: string };
  readonly arrived: ArrivedMessage[];
  /** what the push service answers from now on */
  answerWith(status: number): void;
  /** the message in words, by the app's own keys */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read what they expect of the JSON
  read(message: ArrivedMessage | undefined): any;
  close(): Promise<void>;
}

export async function startPushReceiver(): Promise<PushReceiver> {
  const app = createECDH("prime256v1");
  const publicKey = app.generateKeys();
  const auth = randomBytes(16);
  const arrived: ArrivedMessage[] = [];
  let status = 201;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      arrived.push({
        path: request.url ?? "",
        headers: request.headers,
        body: Buffer.concat(chunks),
      });
      response.writeHead(status).end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    endpoint: `${origin}/push/abc`,
    keys: { p256dh: publicKey.toString("base64url"), auth: auth.toString("base64url") },
    arrived,
    answerWith: (next) => {
      status = next;
    },
    read(message) {
      if (message === undefined) throw new Error("no message has arrived");
      const encoding = message.headers["content-encoding"];
      const open = encoding === "aes128gcm" ? openStandard : openDraft;
      return JSON.parse(open(message, app, auth).toString());
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/** RFC 8291 over RFC 8188. */
function openStandard({ body }: ArrivedMessage, app: ECDH, auth: Buffer): Buffer {
  const salt = body.subarray(0, 16);
  const length = body[20] ?? 0;
  const sender = body.subarray(21, 21 + length);
  const info = Buffer.concat([Buffer.from("WebPush: info\0"), app.getPublicKey(), sender]);
  const material = derive(app.computeSecret(sender), auth, info, 32);
  const plain = decrypt(body.subarray(21 + length), {
    key: derive(material, salt, Buffer.from("Content-Encoding: aes128gcm\0"), 16),
    nonce: derive(material, salt, Buffer.from("Content-Encoding: nonce\0"), 12),
  });
  return plain.subarray(0, plain.lastIndexOf(2));
}

/** The draft before it (draft-ietf-webpush-encryption-04). */
function openDraft({ headers, body }: ArrivedMessage, app: ECDH, auth: Buffer): Buffer {
  const salt = parameter(String(headers["encryption"]), "salt");
  const sender = parameter(String(headers["crypto-key"]), "dh");
  const info = Buffer.from("Content-Encoding: auth\0");
  const material = derive(app.computeSecret(sender), auth, info, 32);
  const lengthOf = (key: Buffer) => Buffer.from([0, key.length]);
  const receiver = app.getPublicKey();
  const both = [lengthOf(receiver), receiver, lengthOf(sender), sender];
  const context = Buffer.concat([Buffer.from("P-256\0"), ...both]);
  const named = (name: string) =>
    Buffer.concat([Buffer.from(`Content-Encoding: ${name}\0`), context]);
  const plain = decrypt(body, {
    key: derive(material, salt, named("aesgcm"), 16),
    nonce: derive(material, salt, named("nonce"), 12),
  });
  return plain.subarray(2 + plain.readUInt16BE(0));
}

/** `name=value` in a header such as `dh=…;p256ecdsa=…`. */
function parameter(header: string, name: string): Buffer {
  const value = new RegExp(`(?:^|[;,] ?)${name}=([\\w-]+)`).exec(header)?.[1];
  if (value === undefined) throw new Error(`there is no ${name} in "${header}"`);
  return Buffer.from(value, "base64url");
}

function derive(secret: Buffer, salt: Buffer, info: Buffer, length: number): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, salt, info, length));
}

function decrypt(sealed: Buffer, { key, nonce }: { key: Buffer; nonce: Buffer }): Buffer {
  const decipher = createDecipheriv("aes-128-gcm", key, nonce);
  decipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
}
