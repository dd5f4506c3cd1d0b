// The fleet page: all vehicles on one map, the orders as they are offered and taken, and the last hours again.
//
//   fleet/positions/<zip>       of the zips in view, by subscription ──┐
//   $stream/fleet/@…/order/#    orders: the last minutes, then live  ──┴─> the present ─┐
//   $stream/fleet/@…/#          while someone looks back ────────────────> the past    ─┴─> map and panel
import "./styles/fleet.css";

import * as L from "leaflet";

import type { Config } from "../api";
import type { Bus } from "../bus";
import { reachableUrl } from "../bus";
import { byId } from "@web/dom";
import { latLng } from "../map/markers";
import { loadBasemap, loadStreets, streetMap, whenPersonMoves } from "../map/street-map";
import type { Notice } from "../notice";
import { type Beginning, begin } from "../page";
import type { PageToken } from "../page-token";
import { Chart } from "./chart";
import { Clock } from "./clock";
import type { Deal } from "./dispatch";
import { heard, kDispatchTopics, kStream, kTrafficTopics, positionTopics } from "./events";
import { FleetMap, latLngOf } from "./fleet-map";
import { count, seconds } from "./format";
import { AwardTimes, Rate, Series, kBucketMs, kBuckets } from "./kpis";
import { DealList, Legend, showChosen } from "./panel";
import { Picture } from "./picture";
import { type Found, search } from "./search";
import { SearchBox } from "./search-box";
import { StreamReader } from "./stream-reader";
import { TimeBar } from "./time-bar";
import { ZipLayer } from "./zip-layer";

const kStartZoom = 12;
const kTickMs = 1_000;
// The city's rim may be cut off, if that makes all of it larger.
const kCutPad = -0.08;
// From here on only the zips in view are asked for.
const kZipsFromZoom = 14;
const kChosenZoom = 15;
const kCalmPad = -0.25;
// What was said before a moment of the past, to have every vehicle and the fix before it there.
const kRunUpMs = 4_500;

class FleetPage {
  private readonly bus: Bus;
  private readonly notice: Notice;
  private readonly url: string;
  private readonly token: PageToken | null;
  private readonly clock = new Clock(() => performance.now(), Date.now());
  private readonly present = new Picture();
  private readonly past = new Picture();
  private readonly map: L.Map;
  private readonly fleetMap: FleetMap;
  private readonly zips: ZipLayer;
  private readonly legend = new Legend();
  private readonly deals = new DealList((deal) => this.chooseDeal(deal));
  private readonly searchBox: SearchBox;
  private readonly timeBar: TimeBar;
  private readonly awardTimes = new AwardTimes();
  private readonly unassigned = new Series();
  private readonly traffic = new Series();
  private readonly rates = new Map(kTrafficTopics.map((topic) => [topic, { rate: new Rate(), latest: null as number | null }]));
  private readonly charts: Chart[];
  private pastReader: StreamReader | null = null;
  // Null: all.
  private subscribed: ReadonlySet<string> | null = null;
  private unsubscribe: () => void = () => undefined;
  private chosen = "";
  private isFollowing = false;
  private hasShownVehicle = false;

  constructor({ config, token, bus, notice }: Beginning) {
    this.bus = bus;
    this.token = token;
    this.notice = notice;
    this.url = reachableUrl(config.ws_url, location.hostname);
    this.map = streetMap(byId("map"), config.warehouse, { zoom: kStartZoom, zoomAnimation: false });
    this.fleetMap = new FleetMap(this.map);
    this.zips = new ZipLayer(this.map);
    this.timeBar = new TimeBar(this.clock, { goTo: (timeMs) => this.goTo(timeMs), goLive: () => this.goLive() });
    this.searchBox = new SearchBox(
      (text) => search(text, this.picture.fleet, this.picture.dispatch, this.zips.names()),
      (found) => this.choose(found),
      () => this.watchView(),
    );
    this.charts = [
      new Chart("Time to award", this.awardTimes.medianSeconds, seconds),
      new Chart("Unassigned orders", this.unassigned, count),
      new Chart("Broker messages/s", this.traffic, count),
    ];
    byId("charts").replaceChildren(...this.charts.map(({ root }) => root));
    this.map.on("moveend", () => this.watchView());
    whenPersonMoves(this.map, () => (this.isFollowing = false));
    this.map.on("click", ({ containerPoint }) => this.chooseVehicleAt(containerPoint));
    byId("let-go").addEventListener("click", () => {
      byId("panel").focus({ preventScroll: true }); // the button goes
      this.chooseVehicle("");
    });
    this.loadGround(config).catch((error: Error) => this.notice.tell("map", error.message));
  }

  run(): void {
    this.subscribe(null);
    this.readDispatch();
    this.learnHowFarBack();
    this.bus.subscribe(kTrafficTopics, (topic, payload) => this.hearTraffic(topic, payload));
    window.setInterval(() => this.tick(), kTickMs);
    const frame = (frameMs: number): void => {
      this.frame(frameMs);
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  private get picture(): Picture {
    return this.clock.isLive ? this.present : this.past;
  }

  private async loadGround(config: Config): Promise<void> {
    const basemap = (await loadStreets(this.map, config)) ?? (await loadBasemap());
    if (!basemap.extent) return;
    const { west, north, east, south } = basemap.extent;
    const city = L.latLngBounds(latLngOf({ x: west, y: south }), latLngOf({ x: east, y: north }));
    this.map.setView(city.getCenter(), this.map.getBoundsZoom(city.pad(kCutPad)), { animate: false });
    await this.zips.load(basemap.extent);
  }

  // --- the present ---

  private watchView(): void {
    const wanted = this.map.getZoom() >= kZipsFromZoom && !this.searchBox.isSearching ? this.zips.inView() : null;
    const isSame = wanted === null ? this.subscribed === null : this.subscribed !== null && setsAreEqual(wanted, this.subscribed);
    // An empty one: it is not known yet where the zips are.
    if (!isSame && wanted?.size !== 0) this.subscribe(wanted);
  }

  private subscribe(zips: ReadonlySet<string> | null): void {
    const unsubscribe = this.unsubscribe;
    this.subscribed = zips;
    this.unsubscribe = this.bus.subscribe(positionTopics(zips), (topic, payload) => {
      const news = heard(topic, payload);
      if (!news || !("positions" in news)) return;
      this.clock.learn(news.positions.timeMs);
      this.present.fleet.hear(news.positions);
    });
    unsubscribe();
    this.present.fleet.keepOnly(zips);
    this.fleetMap.drawSoon();
  }

  private readDispatch(): void {
    const fromMs = this.clock.presentMs - kBuckets * kBucketMs;
    new StreamReader(this.url, this.token, { stream: kStream, fromMs, topics: kDispatchTopics }, ({ topic, payload }) => {
      const news = heard(topic, payload);
      if (!news || !("dispatch" in news)) return true;
      const award = this.present.hear(news.dispatch, this.clock.presentMs);
      if (award) this.awardTimes.add(news.dispatch.atMs, award.timeToAwardMs);
      this.unassigned.set(news.dispatch.atMs, this.present.dispatch.unassigned);
      return true;
    });
  }

  private hearTraffic(topic: string, payload: Uint8Array): void {
    const counter = this.rates.get(topic);
    if (!counter) return;
    counter.latest = counter.rate.next(performance.now(), Number(new TextDecoder().decode(payload)));
    const latest = [...this.rates.values()].map((each) => each.latest);
    if (latest.every((each) => each !== null)) this.traffic.set(this.clock.presentMs, latest.reduce((sum, each) => sum + each));
  }

  // --- the past ---

  private learnHowFarBack(): void {
    const reader = new StreamReader(this.url, this.token, { stream: kStream, fromMs: 0, topics: "fleet/positions/+" }, ({ atMs }) => {
      this.timeBar.reachBackTo(atMs);
      // Not from within: the reader is still busy with this message.
      queueMicrotask(() => reader.close());
      return false;
    });
  }

  private goTo(timeMs: number): void {
    this.clock.goTo(timeMs);
    this.pastReader?.close();
    this.past.clear();
    const place = { stream: kStream, fromMs: timeMs - kRunUpMs, topics: "#" };
    this.pastReader = new StreamReader(this.url, this.token, place, ({ topic, payload, atMs }) => {
      if (this.clock.isLive || atMs > this.clock.nowMs) return false;
      const news = heard(topic, payload);
      if (news && "positions" in news) this.past.fleet.hear(news.positions);
      else if (news) this.past.hear(news.dispatch, atMs);
      return true;
    });
    this.tick();
    this.fleetMap.drawSoon();
  }

  private goLive(): void {
    this.clock.goLive();
    this.pastReader?.close();
    this.pastReader = null;
    this.past.clear();
    this.tick();
    this.fleetMap.drawSoon();
  }

  // --- each frame, each second ---

  private frame(frameMs: number): void {
    if (!this.clock.isLive) {
      this.pastReader?.offer();
      if (this.clock.nowMs >= this.clock.presentMs) this.goLive();
    }
    const { picture, clock } = this;
    const vehicle = picture.fleet.vehicles.get(this.chosen);
    if (vehicle && this.isFollowing) this.keepInView(this.fleetMap.whereIs(vehicle, clock.nowMs));
    this.fleetMap.draw(picture, clock.nowMs, clock.speed, frameMs, vehicle);
    if (!this.hasShownVehicle && picture.fleet.vehicles.size > 0) {
      this.hasShownVehicle = true;
      performance.mark("first-vehicle");
    }
  }

  // The map rests while what it follows is somewhere in its middle.
  private keepInView(place: L.LatLng): void {
    if (!this.map.getBounds().pad(kCalmPad).contains(place)) this.map.panTo(place, { animate: false });
  }

  private tick(): void {
    const { picture, clock } = this;
    picture.fleet.takeStock();
    this.unassigned.set(clock.presentMs, this.present.dispatch.unassigned);
    for (const chart of this.charts) chart.show();
    this.legend.show(picture.fleet, clock.isLive ? (this.subscribed?.size ?? null) : null);
    this.deals.show(picture.dispatch, clock.nowMs);
    this.searchBox.refresh();
    this.timeBar.show();
    showChosen(picture.fleet.vehicles.get(this.chosen), this.chosen);
  }

  // --- what a person chooses ---

  private choose({ kind, name, vehicle }: Found): void {
    if (kind === "zip") return this.lookAtZip(name);
    const deal = this.picture.dispatch.deal(name);
    if (kind === "vehicle" || vehicle) this.chooseVehicle(vehicle ?? name);
    else if (deal) this.chooseDeal(deal);
  }

  private chooseDeal({ vehicle, dropOff, zip }: Deal): void {
    if (vehicle && this.picture.fleet.vehicles.has(vehicle)) return this.chooseVehicle(vehicle);
    this.chooseVehicle("");
    this.zips.highlight(zip);
    this.map.setView(latLng(dropOff), kChosenZoom, { animate: false });
  }

  private chooseVehicle(id: string): void {
    this.chosen = id;
    this.isFollowing = id !== "";
    const vehicle = this.picture.fleet.vehicles.get(id);
    if (vehicle) this.map.setView(this.fleetMap.whereIs(vehicle, this.clock.nowMs), kChosenZoom, { animate: false });
    this.zips.highlight(null);
    showChosen(vehicle, id);
    this.fleetMap.drawSoon();
  }

  private chooseVehicleAt(point: L.Point): void {
    const vehicle = this.fleetMap.nearest(this.picture, this.clock.nowMs, point);
    this.chosen = vehicle?.id ?? "";
    this.isFollowing = false;
    showChosen(vehicle, this.chosen);
    this.fleetMap.drawSoon();
  }

  private lookAtZip(zip: string): void {
    this.isFollowing = false;
    const bounds = this.zips.boundsOf(zip);
    if (!bounds) return;
    this.zips.highlight(zip);
    this.map.fitBounds(bounds, { animate: false });
  }
}

function setsAreEqual(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((each) => b.has(each));
}

void begin({ operator: "only" }).then((beginning) => new FleetPage(beginning).run());
