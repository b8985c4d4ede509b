// Package pdf prints pages of our own server with Chromium.
//
// It imports the root package, and starts a process for each page. It knows neither links nor
// dashboards. Its one rule: Chromium reaches nothing but the handler that the printer is given,
// whatever the page asks for.
package pdf
