// The coordinator's page needs nothing but the size of its letters.

import { makeSizes } from "./sizes.js";

makeSizes(document.getElementById("smaller"), document.getElementById("larger"));
