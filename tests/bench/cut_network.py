"""A network between clients and their broker that can be cut: a relay that falls silent.

    network = CutNetwork(port, dice)     port: the broker's;  network.port: where clients look for it
    network.cut(seconds)                 a part of the connections that there are: nothing gets through, in neither
                                         direction, and in the end they break. New ones are made meanwhile.
    network.cut_all()                    all of them, and they break at once

What was under way when the cut began has arrived or not: nobody at either end can tell.
"""
import asyncio
import threading

BYTES_MAX = 65536
SHARES = (0.2, 0.5, 1.0)


class CutNetwork:
    def __init__(self, broker_port, dice):
        self.broker_port, self.dice = broker_port, dice
        self.connections, self.cuts = set(), 0
        self.loop = asyncio.new_event_loop()
        self.port = self.loop.run_until_complete(self.listen())
        threading.Thread(target=self.loop.run_forever, daemon=True).start()

    async def listen(self):
        self.server = await asyncio.start_server(self.relay, "127.0.0.1", 0)
        return self.server.sockets[0].getsockname()[1]

    async def relay(self, reader, writer):
        try:
            to_broker = await asyncio.open_connection("127.0.0.1", self.broker_port)
        except OSError:  # the broker is away
            return writer.close()
        connection = Connection((reader, writer), to_broker)
        self.connections.add(connection)
        await connection.ended()
        self.connections.discard(connection)

    def cut(self, seconds):
        asyncio.run_coroutine_threadsafe(self.cut_some(seconds), self.loop).result()

    async def cut_some(self, seconds):
        some = [each for each in self.connections if not each.silent]
        await self.cut_these(self.dice.sample(some, int(len(some) * self.dice.choice(SHARES))), seconds)

    def cut_all(self):
        asyncio.run_coroutine_threadsafe(self.cut_these(list(self.connections), 0), self.loop).result()

    async def cut_these(self, connections, seconds):
        for connection in connections:
            connection.cut(seconds)
            self.cuts += 1

    def close(self):
        self.loop.call_soon_threadsafe(self.loop.stop)


class Connection:
    def __init__(self, client, broker):
        self.writers, self.silent = (client[1], broker[1]), False
        self.pumps = [asyncio.ensure_future(self.pump(client[0], broker[1])),
                      asyncio.ensure_future(self.pump(broker[0], client[1]))]

    async def pump(self, reader, writer):
        try:
            while data := await reader.read(BYTES_MAX):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        for end in self.writers:
            end.close()

    def cut(self, seconds):
        self.silent = True
        for pump in self.pumps:
            pump.cancel()
        asyncio.get_running_loop().call_later(seconds, self.abort)

    def abort(self):
        for writer in self.writers:
            writer.transport.abort()

    async def ended(self):
        await asyncio.gather(*self.pumps, return_exceptions=True)
