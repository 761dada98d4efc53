export const ACCESS_TOKEN_SECONDS = 599; // [IDENTITY 3.2]
export const CLOCK_TOLERANCE_S = 60; // clocks differ [RELIABILITY 7.4]
