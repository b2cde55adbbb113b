// SPDX-License-Identifier: MIT
// Makes the JS side of links: evaluated once in each engine. `bridge` is its EngineBridge.
(function (bridge) {
    "use strict";

    // ---- errors ----

    // `at` is an Error that was made when the request was, so that its stack shows who asked.
    function makeError(name, text, at) {
        const error = at || (name === "TypeError" ? new TypeError() : new Error());
        Object.defineProperty(error, "name", { value: name, configurable: true, writable: true });
        Object.defineProperty(error, "message", { value: text, configurable: true, writable: true });
        return error;
    }

    // The caller's place, from a stack of lines "function@file:line".
    function placeOf(error) {
        const lines = String(error.stack).split("\n");
        for (const line of lines) {
            const match = /^(?:.*?@)?(.+):(-?\d+)$/.exec(line);
            if (match && !match[1].endsWith("/QtInterlink/bridge.js"))
                return { file: match[1], line: Math.abs(Number(match[2])) };
        }
        return { file: "", line: 0 };
    }

    // ---- promises that know whether somebody takes their failure ----

    const nativeThen = Promise.prototype.then;
    const handled = Symbol("handled");

    function report(error, at) {
        const place = placeOf(at);
        bridge.reportUnhandled(String(error), place.file, place.line);
    }

    const tracked = Object.create(Promise.prototype, {
        then: {
            value: function (resolved, rejected) {
                const origin = this[handled];
                origin.done = true;
                return track(nativeThen.call(this, resolved, rejected), origin.at);
            }
        },
        finally: { // which Qt's engine lacks
            value: function (last) {
                return this.then(value => Promise.resolve(last()).then(() => value),
                                 error => Promise.resolve(last()).then(() => { throw error; }));
            }
        }
    });

    function track(promise, at) {
        const state = { done: false, at: at };
        Object.setPrototypeOf(promise, tracked);
        Object.defineProperty(promise, handled, { value: state });
        nativeThen.call(promise, undefined, error => {
            if (!state.done)
                report(error, at);
        });
        return promise;
    }

    // ---- requests ----

    // By number, and the numbers that are free again. Not a Map, whose lookup goes through all of it in Qt's engine, and
    // whose delete() reads beyond its end (Qt 6.4).
    const pending = [];
    const free = [];

    function take(request) {
        const waiting = pending[request];
        pending[request] = null;
        free.push(request);
        return waiting;
    }

    function ask(handle, message, args) {
        const at = new Error();
        const promise = new Promise((resolve, reject) => {
            const request = free.length > 0 ? free.pop() : pending.length;
            pending[request] = { resolve: resolve, reject: reject, at: at };
            const problem = bridge.send(handle, request, message, args);
            if (problem) {
                take(request);
                reject(makeError("TypeError", problem, at));
            }
        });
        return track(promise, at);
    }

    function tell(handle, message, args) {
        const result = bridge.doSend(handle, message, args);
        if (typeof result === "string")
            throw makeError("TypeError", result);
        return result;
    }

    function resolve(request, value) {
        take(request).resolve(value);
    }

    function reject(request, name, text) {
        const waiting = take(request);
        waiting.reject(makeError(name, text, waiting.at));
    }

    // ---- links ----

    // A link's properties are all plain and enumerable: createObject() and its like hand a copy of an object on, and a
    // copy has to be a link as well. `handle` is the QmlLink, by which the QML types know it.
    function makeLink(handle, service, names, methods) {
        const link = {};
        names.forEach((name, index) => {
            link[methods[index]] = (...args) => ask(handle, name, args);
        });
        delete link.then; // or a promise would take the link for another promise
        link.send = (message, ...args) => ask(handle, message, args);
        link.doSend = (message, ...args) => tell(handle, message, args);
        link.isClosed = () => bridge.isClosed(handle);
        link.toString = () => "Link(" + service + ")";
        link.messages = Object.freeze(names);
        link.handle = handle;
        return Object.freeze(link);
    }

    return [makeLink, resolve, reject, makeError];
})
