// What Node has and a page has not.
export { Buffer } from "buffer";
