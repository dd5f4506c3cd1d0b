"""TLS in front of brokers that speak none: of each 127.0.0.1:PORT at 127.0.0.2:PORT, which is also where its answers say
that the brokers are. Whoever comes in must show a certificate of the authority.

    door = TlsDoor("127.0.0.1:1234,127.0.0.1:1235", authority, server)    door.brokers    door.close()
"""
import asyncio
import ssl
import threading

INSIDE, OUTSIDE = b"127.0.0.1", b"127.0.0.2"  # as long, so that no length in an answer changes
BYTES_MAX = 1 << 20


class TlsDoor:
    def __init__(self, brokers, authority, server):
        self.brokers = brokers.replace(INSIDE.decode(), OUTSIDE.decode())
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=authority)
        self.context.load_cert_chain(server.certificate, server.key)
        self.context.verify_mode = ssl.CERT_REQUIRED
        self.loop = asyncio.new_event_loop()
        self.loop.set_exception_handler(lambda *_: None)  # who is not let in
        self.doors = [self.loop.run_until_complete(self.open(int(broker.rsplit(":", 1)[1])))
                      for broker in brokers.split(",")]
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    async def open(self, port):
        async def come_in(reader, writer):
            inside = await asyncio.open_connection(INSIDE.decode(), port)
            await asyncio.gather(self.pump(reader, inside[1]), self.pump(inside[0], writer, (INSIDE, OUTSIDE)))
        return await asyncio.start_server(come_in, OUTSIDE.decode(), port, ssl=self.context)

    async def pump(self, reader, writer, change=(b"\0", b"\0")):
        try:
            while data := await reader.read(BYTES_MAX):
                writer.write(data.replace(*change))
        except OSError:
            pass
        writer.close()

    def close(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
