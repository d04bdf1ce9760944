/** All tests in one process: starting one for each file takes longer than all of them. */

import "./ticks.test";
import "./double.test";
import "./host.test";
import "./walk.test";
import "./bridge.test";
import "./daemon.test";
import "./main.test";
