// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_DETAIL_FUTUREBRIDGE_H
#define QTINTERLINK_DETAIL_FUTUREBRIDGE_H

#include <QtInterlink/detail/replycore.h>

#include <QtCore/QFuture>

#include <memory>
#include <type_traits>

namespace QtInterlink::detail {

// Answers with the outcome of a QFuture, in the thread that finishes it. The future's continuation is used up.
template <typename R>
void answerWhenFinished(QFuture<R> future, Answer<R> answer)
{
    // Shared, since Qt keeps continuations in a std::function; and in two places, since a cancelled future calls
    // only the second.
    auto shared = std::make_shared<Answer<R>>(std::move(answer));
    future.then(QtFuture::Launch::Sync, [shared](QFuture<R> finished) {
              Answer<R> &answer = *shared;
              try {
                  if constexpr (std::is_void_v<R>) {
                      finished.waitForFinished(); // rethrows
                      answer->fulfil();
                  } else if (finished.resultCount() == 0) {
                      finished.waitForFinished();
                      answer->fail(LinkError::Canceled); // result() of such a future would crash
                  } else if constexpr (std::is_copy_constructible_v<R>) {
                      answer->fulfil(finished.result());
                  } else {
                      answer->fulfil(finished.takeResult());
                  }
              } catch (...) {
                  answer->fail(std::current_exception());
              }
          }).onCanceled([shared] { (*shared)->fail(LinkError::Canceled); });
}

} // namespace QtInterlink::detail

#endif
