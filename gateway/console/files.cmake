# Puts the files of the console into the program.
set(console_files index.html console.css icon.svg api.js chart.js dialog.js dom.js format.js main.js overview.js prometheus.js self.js sessions.js
  users.js)
session_embed_texts(console_files_source ${CMAKE_CURRENT_LIST_DIR}/assets.cpp.in ${CMAKE_CURRENT_LIST_DIR} ${console_files})
